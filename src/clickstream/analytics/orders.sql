-- grain: one row an order; key: order_id
-- What was refunded is what was given back of the order until now.

select
    o.order_id,
    o.ordered_at,
    o.visitor_id,
    s.user_id,
    o.session_id,
    s.channel,
    o.value,
    o.refunded,
    o.value - o.refunded as net_value,
    o.currency,
    o.quantity,
    o.tax,
    o.shipping,
    o.coupon,
    o.duplicates
from {orders}
where {during} and {traffic} and {session_filters} and {event_filters}
order by o.ordered_at desc, o.order_id
{limit}
