-- grain: one row a page; key: page
-- Views, time and scrolling by the events' own instants; entries and exits by the session's first.

with viewed as (
    select
        e.page_path as page,
        max(e.page_title) as page_title,
        count(*) filter (where e.action = 'page_view') as views,
        count(distinct e.visitor_id) filter (where e.action = 'page_view') as visitors,
        count(distinct e.session_id) filter (where e.action = 'page_view') as sessions,
        coalesce(sum(e.engagement_time_ms), 0)::bigint as engagement_time_ms,
        avg(e.scroll_percent) as average_scroll_percent
    from {events}
    where
        e.page_path is not null
        and {during} and {traffic} and {session_filters} and {event_filters}
    group by 1
),

entered as (
    select s.entry_page_path as page, count(*) as entries,
        count(*) filter (where not s.is_engaged) as bounces
    from {sessions}
    where {started_during} and {session_traffic} and {session_filters}
    group by 1
),

left_from as (
    select s.exit_page_path as page, count(*) as exits
    from {sessions}
    where {started_during} and {session_traffic} and {session_filters}
    group by 1
)

select
    page,
    viewed.page_title,
    coalesce(viewed.views, 0) as views,
    coalesce(viewed.visitors, 0) as visitors,
    coalesce(viewed.sessions, 0) as sessions,
    coalesce(entered.entries, 0) as entries,
    coalesce(entered.bounces, 0) as bounces,
    coalesce(left_from.exits, 0) as exits,
    coalesce(viewed.engagement_time_ms, 0) as engagement_time_ms,
    viewed.average_scroll_percent
from viewed
full join entered using (page)
full join left_from using (page)
where page is not null and (viewed.views > 0 or {with_unviewed})
order by views desc, entries desc, page
{limit}
