-- grain: one row a page; key: page
-- All by the instants of the events: an entry is the first page view of its session, an exit the last.

with {seen},

ends as (
    -- one row a session that lies within the range: its first and last page
    select s.entry_page_path as entry, s.exit_page_path as exit, s.is_engaged
    from {sessions}
    where
        s.started_at >= {start} and s.started_at < {end} and s.ended_at < {end}
        and {session_traffic} and {session_filters}
    union all
    -- one that crosses an edge of the range: those of them that fall in it
    select
        case when min(e.event_timestamp) >= {start} and min(e.event_timestamp) < {end}
            then (array_agg(e.page_path order by e.event_timestamp, e.event_id))[1] end,
        case when max(e.event_timestamp) >= {start} and max(e.event_timestamp) < {end}
            then (array_agg(e.page_path order by e.event_timestamp desc, e.event_id desc))[1] end,
        bool_or(s.is_engaged)
    from {sessions}
    join events e
        on e.visitor_id = s.visitor_id
        and e.event_timestamp between s.started_at and s.ended_at
        and e.session_id = s.session_id
    where
        s.started_at >= {earliest} and s.started_at < {end} and s.ended_at >= {start}
        and (s.started_at < {start} or s.ended_at >= {end})
        and e.action = 'page_view' and e.page_path is not null
        and {session_traffic} and {session_filters}
    group by s.session_id
),

entered as (
    select
        entry as page,
        count(*) as entries,
        count(*) filter (where not is_engaged) as bounces
    from ends
    group by 1
),

left_from as (
    select exit as page, count(*) as exits
    from ends
    group by 1
)

select
    page,
    viewed.page_title,
    coalesce(seen.views, 0)::bigint as views,
    coalesce(seen.visitors, 0) as visitors,
    coalesce(seen.sessions, 0)::bigint as sessions,
    coalesce(entered.entries, 0) as entries,
    coalesce(entered.bounces, 0) as bounces,
    coalesce(left_from.exits, 0) as exits,
    coalesce(viewed.engagement_time_ms, 0) as engagement_time_ms,
    viewed.average_scroll_percent
from viewed
left join seen using (page)
full join entered using (page)
full join left_from using (page)
where page is not null and (seen.views > 0 or {with_unviewed})
order by views desc, entries desc, page
{limit}
