-- grain: one row a node that a session came through; what the journeys' answer begins with

with {numbered},

{placed},

counted as (
    -- distinct by grouping twice, which hashes where count(distinct) sorts
    select node, count(*) as sessions
    from (
        select node, session
        from placed
        where event_timestamp >= {start} and event_timestamp < {end} and node <> {other}
        group by 1, 2
    ) as once
    group by 1
    order by 2 desc, 1
    {limit}
),

ranked as (
    select node, row_number() over (order by sessions desc, node)::integer as number
    from counted
),

-- nodes by their number, 0 for the rest; null as the next one where there is none
steps as materialized (
    select
        placed.session,
        placed.position,
        coalesce(here.number, 0) as node,
        case
            when not placed.is_last and placed.next_node is not null
            then coalesce(following.number, 0)
        end as next_node,
        placed.is_last,
        placed.event_timestamp,
        extract(epoch from placed.next_at - placed.event_timestamp)::float8 as seconds,
        placed.event_timestamp >= {start} and placed.event_timestamp < {end} as is_within
    from placed
    left join ranked as here on here.node = placed.node
    left join ranked as following on following.node = placed.next_node
)
