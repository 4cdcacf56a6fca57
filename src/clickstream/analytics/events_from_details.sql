-- grain: one row an event name, action and session
-- Of the sessions that cross an edge of the range, the events are read.

select
    unnest(s.name_names) as event_name,
    unnest(s.name_actions) as action,
    s.visitor_key,
    unnest(s.name_events) as events,
    unnest(s.name_first_at) as first_at,
    unnest(s.name_last_at) as last_at
from {whole}
union all
select
    e.event_name, e.action, s.visitor_key, count(*)::integer,
    min(e.event_timestamp), max(e.event_timestamp)
from {crossing}
group by e.event_name, e.action, s.visitor_key, e.session_id
