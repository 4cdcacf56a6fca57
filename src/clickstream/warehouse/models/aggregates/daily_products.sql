-- grain: one row a day, product, currency (XXX: none) and kind of traffic
-- Impressions, views and carts count lines of events; orders count orders with the product.

with parts as (
    select
        event_timestamp::date as day, product_id, currency, is_bot, is_internal,
        case when action = 'view_item_list' then sign else 0 end as impressions,
        case when action = 'view_item' then sign else 0 end as views,
        case when action = 'add_to_cart' then sign else 0 end as carts,
        0 as orders, 0 as quantity, 0 as revenue
    from product_lines
    union all
    select
        orders.ordered_at::date, lines.product_id, coalesce(orders.currency, 'XXX'),
        orders.is_bot, orders.is_internal, 0, 0, 0, lines.sign,
        lines.sign * lines.quantity, lines.sign * lines.revenue
    from (
        select sign, order_id, product_id, sum(quantity) as quantity, sum(revenue) as revenue
        from order_lines
        group by sign, order_id, product_id
    ) as lines
    join (
        select -1 as sign, * from old_orders
        union all
        select 1, * from new_orders
    ) as orders on orders.sign = lines.sign and orders.order_id = lines.order_id
)

select
    day, product_id, currency, is_bot, is_internal,
    sum(impressions) as impressions,
    sum(views) as views,
    sum(carts) as carts,
    sum(orders) as orders,
    sum(quantity) as quantity,
    sum(revenue) as revenue
from parts
group by day, product_id, currency, is_bot, is_internal
