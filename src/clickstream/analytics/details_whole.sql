-- grain: one row a session that lies within the range

{details}
where d.started_at >= {start} and d.started_at < {end} and d.ended_at < {end} and {counts}
