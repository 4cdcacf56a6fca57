-- grain: one row a session that crosses an edge of the range

{details}
where
    (
        (s.started_at >= {earliest} and s.started_at < {start} and s.ended_at >= {start})
        or (s.started_at >= {latest} and s.started_at < {end} and s.ended_at >= {end})
    )
    and {counts}
