-- grain: one row a page, by its views (seen) and by all its events (viewed)

seen as (
    -- one row a page, by its views alone: distinct by grouping step by step, which hashes
    select page, sum(views) as views, count(*) as visitors, sum(sessions) as sessions
    from (
        select page, visitor_id, sum(views) as views, count(*) as sessions
        from (
            select e.page_path as page, e.visitor_id, e.session_id, count(*) as views
            from {events}
            where
                e.action = 'page_view' and e.page_path is not null
                and {during} and {traffic} and {session_filters} and {event_filters}
            group by 1, 2, 3
        ) as by_session
        group by 1, 2
    ) as by_visitor
    group by 1
),

viewed as (
    select
        e.page_path as page,
        max(e.page_title) as page_title,
        coalesce(sum(e.engagement_time_ms), 0)::bigint as engagement_time_ms,
        avg(e.scroll_percent) as average_scroll_percent
    from {events}
    where
        e.page_path is not null
        and {during} and {traffic} and {session_filters} and {event_filters}
    group by 1
)
