-- grain: one row an event name, action and session

select
    e.event_name, e.action, e.visitor_id as visitor_key,
    count(*) as events,
    min(e.event_timestamp) as first_at,
    max(e.event_timestamp) as last_at
from {events}
where {during} and {traffic} and {session_filters} and {event_filters}
group by e.event_name, e.action, e.visitor_id, e.session_id
