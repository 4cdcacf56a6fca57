-- grain: one row a session of the person; key: session_id
select * from sessions where session_id = any(%(sessions)s) order by started_at, session_id
