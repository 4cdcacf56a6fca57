-- grain: one row a day, page and kind of traffic
-- Views and engaged time are told of the page and day that the event names; an entry is a session
-- by its first page, an exit by its last, on the day on which the session began.

with dated as (
    select changed_events.*, min(day) over (partition by sign, session_id) as session_day
    from changed_events
),

placed as (
    select
        dated.*,
        action = 'page_view'
        and lag(event_id) over views is null as is_entry,
        action = 'page_view'
        and lead(event_id) over views is null as is_exit
    from dated
    where page_path is not null
    window views as (
        partition by sign, session_id, action = 'page_view' order by event_timestamp, event_id
    )
),

parts as (
    select
        day, page_host, page_path, is_bot, is_internal,
        case when action = 'page_view' then sign else 0 end as views,
        0 as entries, 0 as exits,
        sign * coalesce(engagement_time_ms, 0) as engagement_time_ms
    from placed
    union all
    select
        session_day, page_host, page_path, is_bot, is_internal, 0,
        case when is_entry then sign else 0 end,
        case when is_exit then sign else 0 end,
        0
    from placed
    where is_entry or is_exit
)

select
    day,
    coalesce(page_host, '') as page_host,
    page_path,
    is_bot,
    is_internal,
    sum(views) as views,
    sum(entries) as entries,
    sum(exits) as exits,
    sum(engagement_time_ms) as engagement_time_ms
from parts
group by day, coalesce(page_host, ''), page_path, is_bot, is_internal
