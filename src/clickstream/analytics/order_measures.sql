-- grain: one row a period, value of a dimension and currency, and one for all currencies (is_total)
-- Orders placed in the range, by the instant of the purchase that founds them.

select
    {period_ordered} as period,
    {dimension} as dimension,
    o.currency,
    grouping(o.currency) = 1 as is_total,
    count(*) as orders,
    sum(o.value) as revenue,
    sum(o.quantity)::bigint as quantity,
    count(distinct o.visitor_id) as buyers
from {orders}
where {during} and {traffic} and {session_filters} and {event_filters}
group by grouping sets ((1, 2, 3), (1, 2))
