-- grain: one row a product and currency (null: none); key: product_id, currency
-- Impressions, views and carts count lines of events; an order sells the lines of the purchase that
-- founds it. The lines are looked up event by event (event_lines has the same rows), and only of
-- events that have items: few events are asked for.

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
cross join lateral (
    select i.product_id, i.quantity, i.price, i.discount_price
    from event_items i
    where e.item_count > 0 and i.event_id = e.event_id
    union all
    select e.product_id, 1, e.product_price, e.product_discount_price
    where e.item_count = 0
) as line
where
    e.action in ('view_item_list', 'view_item', 'add_to_cart') and line.product_id is not null
    and {during} and {traffic} and {session_filters} and {event_filters}
group by 1
union all
select
    line.product_id,
    o.currency,
    0, 0, 0,
    count(distinct o.order_id),
    sum(line.quantity)::bigint,
    sum(coalesce(line.discount_price, line.price, 0) * line.quantity)
from {orders}
cross join lateral (
    select i.product_id, i.quantity, i.price, i.discount_price
    from event_items i
    where e.item_count > 0 and i.event_id = e.event_id
    union all
    select e.product_id, 1, e.product_price, e.product_discount_price
    where e.item_count = 0
) as line
where
    line.product_id is not null
    and {ordered_during} and {order_traffic} and {session_filters} and {event_filters}
group by 1, 2
