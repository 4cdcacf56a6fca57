-- grain: one row a page and element; key: page, tag, element_id, role, text

with views as (
    select e.page_path as page, count(*) as views
    from {events}
    where
        e.action = 'page_view'
        and {during} and {traffic} and {session_filters} and {event_filters}
    group by 1
)

select
    e.page_path as page,
    e.element ->> 'tag' as tag,
    e.element ->> 'id' as element_id,
    e.element ->> 'role' as role,
    e.element ->> 'text' as text,
    count(*) as clicks,
    count(distinct e.visitor_id) as visitors,
    count(distinct e.session_id) as sessions,
    coalesce(max(views.views), 0) as views
from {events}
left join views on views.page = e.page_path
where
    (e.action = 'click' or e.element is not null)
    and {during} and {traffic} and {session_filters} and {event_filters}
group by 1, 2, 3, 4, 5
order by 6 desc, 1, 2, 3, 4, 5
{limit}
