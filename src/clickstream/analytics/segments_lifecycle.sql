-- grain: one row a segment and currency, and one for all currencies (is_total)
-- Persons by their sessions in the range and in as many days before it.

with seen as (
    select
        {person} as person,
        bool_or(s.started_at >= {start}) as is_here,
        bool_or(s.started_at < {start}) as was_here,
        bool_or(s.is_first_visit and s.started_at >= {start}) as is_new
    from {sessions}
    where {started_during} and {session_traffic} and {session_filters}
    group by 1
),

named as (
    select
        person,
        case
            when not is_here then 'Dormant'
            when was_here then 'Returning'
            when is_new then 'New'
            else 'Resurrected'
        end as segment
    from seen
),

bought as (
    select {person} as person, o.currency, count(*) as orders, sum(o.value) as revenue
    from {orders}
    where {ordered_during} and {order_traffic} and {session_filters} and {event_filters}
    group by 1, 2
)

select
    named.segment,
    bought.currency,
    grouping(bought.currency) = 1 as is_total,
    count(distinct named.person) as customers,
    coalesce(sum(bought.orders), 0)::bigint as orders,
    coalesce(sum(bought.revenue), 0) as revenue
from named
left join bought on bought.person = named.person
group by grouping sets ((1, 2), (1))
