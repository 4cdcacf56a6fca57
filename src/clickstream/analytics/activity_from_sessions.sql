-- grain: one row a period and value of a session's dimension; key: period, dimension
-- Events, page views, engaged time and visitors, by the events' own instants. A session that lies
-- within one period and the range counts by its row; of the others, which cross an edge, the events
-- are read. Where nobody asks for visitors, they are not told apart.

with reached as not materialized (
    select
        s.session_id, s.visitor_id, s.events, s.page_views, s.engagement_time_ms, s.started_at,
        s.ended_at,
        {dimension} as dimension,
        {period_started} as period,
        s.started_at >= {start} and s.ended_at < {end} and {is_within_period} as is_whole
    from sessions s
    where
        s.started_at >= {earliest} and s.started_at < {end} and s.ended_at >= {start}
        and {traffic} and {filters}
),

active as (
    select period, dimension, visitor_id, events, page_views, engagement_time_ms
    from reached
    where is_whole
    union all
    select
        {period_event}, reached.dimension, reached.visitor_id, 1,
        case when e.action = 'page_view' then 1 else 0 end,
        coalesce(e.engagement_time_ms, 0)
    from reached
    join events e
        on e.visitor_id = reached.visitor_id
        and e.event_timestamp between reached.started_at and reached.ended_at
        and e.session_id = reached.session_id
    where
        not reached.is_whole and {may_cross}
        and e.event_timestamp >= {start} and e.event_timestamp < {end}
),

-- visitors first: hashing them is several times quicker than sorting them to count the distinct
visitors as (
    select
        period, dimension, {visitor} as visitor_id,
        sum(events) as events,
        sum(page_views) as page_views,
        sum(engagement_time_ms) as engagement_time_ms
    from active
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
