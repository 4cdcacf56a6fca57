-- grain: one row an event name and its action; key: event_name, action

select
    e.event_name,
    e.action,
    count(*) as events,
    count(distinct e.visitor_id) as visitors,
    count(distinct e.session_id) as sessions,
    min(e.event_timestamp) as first_at,
    max(e.event_timestamp) as last_at
from {events}
where {during} and {traffic} and {session_filters} and {event_filters}
group by 1, 2
order by events desc, e.event_name, e.action
{limit}
