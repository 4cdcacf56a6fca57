-- grain: one row a period and value of a dimension; key: period, dimension
-- Events, page views and visitors of the events that match.

select
    {period_event} as period,
    {dimension} as dimension,
    count(*) as events,
    sum(case when e.action = 'page_view' then 1 else 0 end) as page_views,
    count(distinct e.visitor_id) as visitors
from {events}
where {during} and {traffic} and {session_filters} and {event_filters}
group by 1, 2
