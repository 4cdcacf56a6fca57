-- grain: one row a node that a session came through, the same one again left out

(
    select marked.*
    from (
        select
            nodes.*,
            lag(node) over (
                partition by session_id order by event_timestamp, event_id
            ) is not distinct from node as is_repeat
        from nodes
    ) as marked
    where not is_repeat
) as merged
