-- grain: one row an order of the person; key: order_id
select * from orders where event_id = any(%(events)s) order by ordered_at, order_id
