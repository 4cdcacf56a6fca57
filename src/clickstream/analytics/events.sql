-- grain: one row an event name and its action; key: event_name, action
-- Distinct by grouping step by step, which hashes where count(distinct) sorts.

with by_session as (
    {by_session}
),

by_visitor as (
    select
        event_name, action,
        count(*) as sessions,
        sum(events) as events,
        min(first_at) as first_at,
        max(last_at) as last_at
    from by_session
    group by event_name, action, visitor_key
)

select
    event_name,
    action,
    sum(events)::bigint as events,
    count(*) as visitors,
    sum(sessions)::bigint as sessions,
    min(first_at) as first_at,
    max(last_at) as last_at
from by_visitor
group by 1, 2
order by events desc, event_name, action
{limit}
