-- grain: one row an event in the range, of a session that crosses an edge of it

{details}
join events e
    on e.visitor_id = d.visitor_id
    and e.event_timestamp between d.started_at and d.ended_at
    and e.session_id = d.session_id
where
    (
        (d.started_at >= {earliest} and d.started_at < {start} and d.ended_at >= {start})
        or (d.started_at >= {latest} and d.started_at < {end} and d.ended_at >= {end})
    )
    and {during} and {counts}
