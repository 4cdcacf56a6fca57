-- grain: one row a session that lies within the range

{details}
where s.started_at >= {start} and s.started_at < {end} and s.ended_at < {end} and {counts}
