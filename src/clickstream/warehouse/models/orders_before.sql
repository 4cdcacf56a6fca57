-- The orders and refunds that the batch may change, as they stand; key: order_id, event_id.
-- Those of every purchase and refund within the regions, coming or going.

insert into touched_orders
select coalesce(order_id, 'event:' || event_id) from stage where action = 'purchase'
union
select order_id from stage where action = 'refund' and order_id is not null
union
select coalesce(events.order_id, 'event:' || events.event_id)
from before
join events on events.event_id = before.event_id
where before.action = 'purchase'
union
select events.order_id
from before
join events on events.event_id = before.event_id
where before.action = 'refund' and events.order_id is not null;

insert into touched_refunds
select event_id from stage where action = 'refund'
union
select event_id from before where action = 'refund'
union
select refunds.event_id from refunds join touched_orders on touched_orders.order_id = refunds.order_id;

insert into old_orders
select orders.* from orders join touched_orders on touched_orders.order_id = orders.order_id;

insert into old_refunds
select refunds.* from refunds join touched_refunds on touched_refunds.event_id = refunds.event_id;

insert into order_lines
select
    -1, old_orders.order_id, lines.product_id, lines.quantity,
    coalesce(lines.discount_price, lines.price, 0) * lines.quantity
from old_orders
cross join lateral (
    select product_id, quantity, price, discount_price
    from event_lines
    where event_lines.event_id = old_orders.event_id
    offset 0
) as lines
where lines.product_id is not null;
