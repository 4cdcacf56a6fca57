-- grain: one row an order; key: order_id
-- The first purchase with an order's id, by (event_timestamp, event_id) across all visitors, founds
-- it; a purchase without one is its own order.

insert into new_orders
with purchases as (
    select
        touched_orders.order_id,
        events.event_id,
        events.event_timestamp,
        events.visitor_id,
        events.session_id,
        events.value,
        events.currency,
        events.order_tax,
        events.order_shipping,
        events.order_coupon,
        events.is_bot,
        events.is_internal,
        row_number() over (
            partition by touched_orders.order_id order by events.event_timestamp, events.event_id
        ) as place,
        count(*) over (partition by touched_orders.order_id) as purchases
    from touched_orders
    join events
        on coalesce(events.order_id, 'event:' || events.event_id) = touched_orders.order_id
        and events.action = 'purchase'
)

select
    order_id, event_id, event_timestamp, visitor_id, session_id, coalesce(value, 0), currency,
    order_tax, order_shipping, order_coupon,
    coalesce((
        select sum(event_lines.quantity) from event_lines
        where event_lines.event_id = purchases.event_id
    ), 0),
    purchases - 1, 0, is_bot, is_internal
from purchases
where place = 1;

insert into order_lines
select
    1, new_orders.order_id, lines.product_id, lines.quantity,
    coalesce(lines.discount_price, lines.price, 0) * lines.quantity
from new_orders
cross join lateral (
    select product_id, quantity, price, discount_price
    from event_lines
    where event_lines.event_id = new_orders.event_id
    offset 0
) as lines
where lines.product_id is not null;
