-- grain: one row a period, value of a dimension and currency; key: period, dimension, currency
-- Refunds given in the range, of the orders that match, whenever those were placed.

select
    {period_refunded} as period,
    {dimension} as dimension,
    o.currency,
    count(*) as refunds,
    sum(r.value) as refunded
from {orders}
join refunds r on r.order_id = o.order_id
where r.value > 0 and {during} and {traffic} and {session_filters} and {event_filters}
group by 1, 2, 3
