-- grain: one row a refund of an order of the person; key: event_id
select * from refunds where event_id = any(%(events)s) order by refunded_at, event_id
