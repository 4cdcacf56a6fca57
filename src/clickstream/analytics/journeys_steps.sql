-- grain: one row a node that a session came through; what the journeys' queries begin with

with nodes as (
    select
        e.session_id, e.event_timestamp, e.event_id,
        {node} as node,
        {is_start} as is_start,
        {is_end} as is_end
    from {events}
    where
        e.event_timestamp >= {earliest} and e.event_timestamp < {latest}
        and {kind} and {source} is not null
        and {traffic} and {session_filters} and {session_filter}
),

kept as (
    select *
    from (
        select nodes.*, lag(node) over session is not distinct from node as is_repeat
        from nodes
        window session as (partition by session_id order by event_timestamp, event_id)
    ) as marked
    where not (is_repeat and {merges_repeats})
),

numbered as (
    select
        kept.*,
        row_number() over session as place,
        lead(node) over session as next_node,
        lead(event_timestamp) over session as next_at
    from kept
    window session as (partition by session_id order by event_timestamp, event_id)
),

-- the part of each session that is asked for: from its first start on, up to its first end
started as (
    select
        numbered.*,
        min(case when is_start then place end) over (partition by session_id) as first_place
    from numbered
),

bounded as (
    select
        started.*,
        min(case when is_end and place >= first_place then place end)
            over (partition by session_id) as last_place
    from started
),

placed as (
    select
        bounded.*,
        case when {has_end} and not {has_start} then place - last_place
            else place - first_place + 1 end as position,
        {has_end} and place = last_place as is_last
    from bounded
    where
        place >= first_place
        and (not {has_end} or place <= last_place)
),

top as (
    select node
    from placed
    where event_timestamp >= {start} and event_timestamp < {end}
    group by node
    order by count(distinct session_id) desc, node
    {limit}
),

steps as (
    -- one row a node that a session came through, with the one after it
    select
        placed.session_id, placed.event_timestamp, placed.event_id, placed.position,
        case when from_top.node is null then 'Other' else placed.node end as node,
        case when is_last then null
            when placed.next_node is not null and to_top.node is null then 'Other'
            else placed.next_node end as next_node,
        extract(epoch from placed.next_at - placed.event_timestamp) as seconds,
        placed.is_last
    from placed
    left join top as from_top on from_top.node = placed.node
    left join top as to_top on to_top.node = placed.next_node
)
