-- grain: one row a currency (null: none); key: currency

select
    o.currency,
    count(*) as orders,
    count(distinct o.visitor_id) as buyers,
    sum(o.quantity)::bigint as quantity,
    sum(o.value) as revenue,
    sum(o.refunded) as refunded,
    count(*) filter (where o.refunded > 0) as refunded_orders,
    sum(o.duplicates)::bigint as duplicates
from {orders}
where {during} and {traffic} and {session_filters} and {event_filters}
group by 1
order by 1 nulls last
