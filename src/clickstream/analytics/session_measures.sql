-- grain: one row a period and value of a dimension; key: period, dimension
-- Sessions that began in the range, and what they came to.

select
    {period_started} as period,
    {dimension} as dimension,
    count(*) as sessions,
    sum(case when s.is_engaged then 1 else 0 end) as engaged_sessions,
    sum(case when s.is_engaged then 0 else 1 end) as bounces,
    sum(case when s.is_first_visit then 1 else 0 end) as new_visitors,
    sum((extract(epoch from s.ended_at - s.started_at) * 1000)::bigint)::bigint as duration_ms,
    count(converting.session_id) as converting_sessions
from {sessions}
left join (
    select distinct o.session_id
    from {orders}
    where {orders_during} and {order_filters}
) as converting on converting.session_id = s.session_id
where {during} and {traffic} and {filters}
group by 1, 2
