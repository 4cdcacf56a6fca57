-- grain: one row an hour and kind of traffic; key: hour, is_bot, is_internal

with parts as (
    select
        hour, is_bot, is_internal, sign as events,
        case when action = 'page_view' then sign else 0 end as page_views,
        sign * coalesce(engagement_time_ms, 0) as engagement_time_ms,
        0 as visitors, 0 as sessions, 0 as engaged_sessions, 0 as first_visits, 0 as duration_ms
    from changed_events
    union all
    select
        hour, is_bot, is_internal, 0, 0, 0, 0, sign,
        case when is_engaged then sign else 0 end,
        case when is_first_visit then sign else 0 end,
        sign * duration_ms
    from changed_sessions
    union all
    select hour, is_bot, is_internal, 0, 0, 0, sign, 0, 0, 0, 0
    from changed_visitor_hours
)

select
    hour, is_bot, is_internal,
    sum(events) as events,
    sum(visitors) as visitors,
    sum(page_views) as page_views,
    sum(sessions) as sessions,
    sum(engaged_sessions) as engaged_sessions,
    sum(first_visits) as first_visits,
    sum(engagement_time_ms) as engagement_time_ms,
    sum(duration_ms) as duration_ms
from parts
group by hour, is_bot, is_internal
