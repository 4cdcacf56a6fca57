-- grain: one row a page; key: page
-- All by the instants of the events: an entry is the first page view of its session, an exit the last.

with {seen},

{ends},

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
