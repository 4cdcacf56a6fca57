-- grain: one row a node that a session came through; what the journeys' answer begins with

with nodes as (
    select
        e.session_id, e.event_timestamp, e.event_id,
        {node} as node,
        {is_start} as is_start,
        {is_end} as is_end
    from {events}
),

-- sessions by number, which counting them needs again and again
numbered as (
    select
        dense_rank() over (order by session_id) as session,
        row_number() over visit as place,
        node,
        lead(node) over visit as next_node,
        event_timestamp,
        lead(event_timestamp) over visit as next_at,
        is_start,
        is_end
    from {kept}
    window visit as (partition by session_id order by event_timestamp, event_id)
),

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
