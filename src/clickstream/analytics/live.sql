-- grain: one row a minute, one an event's name, one a page, and one for all; key: minute, or name,
-- or page; or none of them (is_total)

select
    date_trunc('minute', e.event_timestamp) as minute,
    e.event_name,
    e.page_path as page,
    grouping(date_trunc('minute', e.event_timestamp)) = 0 as is_minute,
    grouping(e.event_name) = 0 as is_name,
    grouping(e.page_path) = 0 as is_page,
    count(*) as events,
    count(distinct e.visitor_id) as visitors,
    count(distinct e.session_id) as sessions,
    count(*) filter (where e.action = 'page_view') as page_views,
    count(*) filter (where e.action = 'purchase') as purchases
from {events}
where
    e.event_timestamp > {since} and e.event_timestamp <= {now}
    and {traffic} and {session_filters} and {event_filters}
group by grouping sets ((date_trunc('minute', e.event_timestamp)), (e.event_name), (e.page_path), ())
