-- grain: one row a day, page and kind of traffic
-- An entry is the first page view of its session, an exit the last. Engaged time is told of the
-- page that the event names.

select
    day,
    coalesce(page_host, '') as page_host,
    page_path,
    is_bot,
    is_internal,
    sum(case when is_view then sign else 0 end) as views,
    sum(case when is_entry then sign else 0 end) as entries,
    sum(case when is_exit then sign else 0 end) as exits,
    sum(sign * coalesce(engagement_time_ms, 0)) as engagement_time_ms
from changed_pages
group by day, coalesce(page_host, ''), page_path, is_bot, is_internal
