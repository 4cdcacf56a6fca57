-- grain: one row a product, currency (null: none) and source
-- Impressions, views and carts count lines of events; an order sells the lines of the purchase that
-- founds it.

{engaged}
union all
select
    line.product_id,
    o.currency,
    0, 0, 0,
    count(distinct o.order_id),
    sum(line.quantity)::bigint,
    sum(coalesce(line.discount_price, line.price, 0) * line.quantity)
from {orders}
cross join lateral {priced_lines}
where
    line.product_id is not null
    and {ordered_during} and {order_traffic} and {session_filters} and {event_filters}
group by 1, 2
