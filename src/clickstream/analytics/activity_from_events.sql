-- grain: one row a period and value of a dimension; key: period, dimension
-- Events, page views, engaged time and visitors of the events that match. Where nobody asks for
-- visitors, they are not told apart.

with visitors as (
    select
        {period_event} as period,
        {dimension} as dimension,
        {visitor} as visitor_id,
        count(*) as events,
        sum(case when e.action = 'page_view' then 1 else 0 end) as page_views,
        sum(coalesce(e.engagement_time_ms, 0)) as engagement_time_ms
    from {events}
    where {during} and {traffic} and {session_filters} and {event_filters}
    group by 1, 2, 3
)

select
    period,
    dimension,
    sum(events)::bigint as events,
    sum(page_views)::bigint as page_views,
    sum(engagement_time_ms)::bigint as engagement_time_ms{visitors}
from visitors
group by 1, 2
