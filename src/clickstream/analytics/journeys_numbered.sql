-- grain: one row a node that a session came through, with its place and the one after it

nodes as (
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
)
