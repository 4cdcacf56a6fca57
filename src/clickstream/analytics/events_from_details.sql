-- grain: one row an event name, action and session
-- Of the sessions that cross an edge of the range, the events are read.

select
    unnest(d.name_names) as event_name,
    unnest(d.name_actions) as action,
    d.visitor_id,
    unnest(d.name_events) as events,
    unnest(d.name_first_at) as first_at,
    unnest(d.name_last_at) as last_at
from {whole}
union all
select
    e.event_name, e.action, e.visitor_id, count(*), min(e.event_timestamp), max(e.event_timestamp)
from {crossing}
group by e.event_name, e.action, e.visitor_id, e.session_id
