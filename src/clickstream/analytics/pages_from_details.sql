-- grain: one row a page, by its views (seen) and by all its events (viewed)
-- Of the sessions that cross an edge of the range, the events are read. Integers and doubles are summed
-- in place, where a sum of bigints needs memory of its own for each group.

by_session as (
    select
        unnest(s.page_paths) as page,
        s.visitor_key,
        unnest(s.page_titles) as page_title,
        unnest(s.page_views) as views,
        unnest(s.page_engaged_ms)::float8 as engaged_ms,
        unnest(s.page_scrolled) as scrolled,
        unnest(s.page_scrolls) as scrolls
    from {whole}
    union all
    select
        e.page_path, s.visitor_key, max(e.page_title),
        count(*) filter (where e.action = 'page_view')::integer,
        coalesce(sum(e.engagement_time_ms), 0)::float8,
        coalesce(sum(e.scroll_percent::float8), 0),
        count(e.scroll_percent)::integer
    from {crossing} and e.page_path is not null
    group by e.page_path, s.visitor_key, e.session_id
),

by_visitor as (
    select
        page,
        max(page_title) as page_title,
        sum(views) as views,
        count(*) filter (where views > 0) as sessions,
        sum(engaged_ms) as engaged_ms,
        sum(scrolled) as scrolled,
        sum(scrolls) as scrolls
    from by_session
    group by page, visitor_key
),

totals as (
    select
        page,
        max(page_title) as page_title,
        sum(views) as views,
        count(*) filter (where views > 0) as visitors,
        sum(sessions) as sessions,
        sum(engaged_ms)::bigint as engagement_time_ms,
        sum(scrolled) / nullif(sum(scrolls), 0)::float8 as average_scroll_percent
    from by_visitor
    group by page
),

seen as (
    select page, views, visitors, sessions from totals where views > 0
),

viewed as (
    select page, page_title, engagement_time_ms, average_scroll_percent from totals
)
