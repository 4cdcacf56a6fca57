-- grain: one row an event in the range, of a session that crosses an edge of it

(select s.* from {across}) as s
join events e
    on e.visitor_id = s.visitor_id
    and e.event_timestamp between s.started_at and s.ended_at
    and e.session_id = s.session_id
where {during}
