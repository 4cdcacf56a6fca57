-- grain: one row a search term, in lower case and trimmed; key: search_term
-- What followed is what happened later in the same session.

with searches as (
    select
        e.session_id, e.visitor_id, e.event_timestamp, e.event_id,
        lower(btrim(e.search_term)) as term
    from {events}
    where
        e.action = 'search' and btrim(e.search_term) <> ''
        and {during} and {traffic} and {session_filters} and {event_filters}
),

followed as (
    select
        searches.*,
        later.events,
        later.views,
        later.carts,
        later.purchases,
        later.searches
    from searches
    cross join lateral (
        select
            count(*) as events,
            count(*) filter (where e.action in ('view_item', 'select_item')) as views,
            count(*) filter (where e.action = 'add_to_cart') as carts,
            count(*) filter (where e.action = 'purchase') as purchases,
            count(*) filter (where e.action = 'search') as searches
        from events e
        where
            e.visitor_id = searches.visitor_id
            and (e.event_timestamp, e.event_id) > (searches.event_timestamp, searches.event_id)
            and e.event_timestamp < searches.event_timestamp + interval '24 hours'
            and e.session_id = searches.session_id
            and e.action is distinct from 'user_engagement'
    ) as later
)

select
    term as search_term,
    count(*) as searches,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    count(*) filter (where events = 0) as exits,
    count(*) filter (where searches > 0) as refinements,
    count(distinct session_id) filter (where views > 0) as sessions_with_view,
    count(distinct session_id) filter (where carts > 0) as sessions_with_cart,
    count(distinct session_id) filter (where purchases > 0) as sessions_with_purchase
from followed
group by 1
order by 2 desc, 1
{limit}
