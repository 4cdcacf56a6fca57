-- grain: one row a discount band, product (or brand, category) and currency, and one for all
-- currencies (is_total). A line's discount is that of its own event, in hundredths of its price; its
-- band is null where it has no price.

with lines as (
    select
        line.product_id,
        line.price,
        line.discount_price,
        e.action,
        null::text as order_id,
        null::text as currency,
        0::bigint as quantity
    from {events}
    cross join lateral {event_lines}
    where
        e.action in ('view_item', 'add_to_cart') and line.product_id is not null
        and {during} and {traffic} and {session_filters} and {event_filters}
    union all
    select
        line.product_id, line.price, line.discount_price, 'order', o.order_id, o.currency,
        line.quantity
    from {orders}
    cross join lateral {event_lines}
    where
        line.product_id is not null
        and {ordered_during} and {order_traffic} and {session_filters} and {event_filters}
),

banded as (
    select
        price, discount_price, action, order_id, currency, quantity,
        {keys},
        case when price > 0 then
            (
                select count(*)
                from unnest({edges}::numeric[]) as edge
                where (price - coalesce(discount_price, price)) * 100 >= edge * price
                    and coalesce(discount_price, price) < price
            )::integer
        end as band
    from lines
    left join products using (product_id)
    where {line_filters}
)

select
    {grouped},
    band,
    currency,
    grouping(currency) = 1 as is_total,
    count(*) filter (where action = 'view_item') as views,
    count(*) filter (where action = 'add_to_cart') as carts,
    count(distinct order_id) as orders,
    sum(quantity)::bigint as quantity,
    coalesce(sum(coalesce(discount_price, price, 0) * quantity), 0) as revenue,
    sum(price * quantity) filter (where action = 'order') as list_revenue
from banded
group by grouping sets (({grouped}, band, currency), ({grouped}, band))
