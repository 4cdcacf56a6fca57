-- grain: one row a period; key: period
-- Sessions that began in the range and placed an order.

select
    {period_started} as period,
    null::text as dimension,
    count(distinct s.session_id) as converting_sessions
from orders o
join sessions s on s.session_id = o.session_id
where {orders_during} and {during} and {traffic}
group by 1
