-- grain: one row a segment and currency, and one for all currencies (is_total)
-- Orders and revenue are those of the range.

with named as (
    {people}
),

bought as (
    select {person} as person, o.currency, count(*) as orders, sum(o.value) as revenue
    from {orders}
    where {during} and {traffic} and {session_filters} and {event_filters}
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
