-- grain: one row a product; key: product_id
-- The lines are looked up event by event (event_lines has the same rows), and only of events that have
-- items: few events are asked for.

select
    line.product_id,
    null::text as currency,
    count(*) filter (where e.action = 'view_item_list') as impressions,
    count(*) filter (where e.action = 'view_item') as views,
    count(*) filter (where e.action = 'add_to_cart') as carts,
    0::bigint as orders,
    0::bigint as quantity,
    0::numeric as revenue
from {events}
cross join lateral {lines}
where
    e.action in ('view_item_list', 'view_item', 'add_to_cart') and line.product_id is not null
    and {during} and {traffic} and {session_filters} and {event_filters}
group by 1
