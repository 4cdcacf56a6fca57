-- grain: one row a segment and currency, and one for all currencies (is_total)
-- Persons with a session in the range, and those who ordered before it. Orders and revenue are those
-- of the range.

with seen as (
    select {person} as person, count(*) as sessions
    from {sessions}
    where {started_during} and {session_traffic} and {session_filters}
    group by 1
),

carts as (
    select distinct {person} as person
    from events e
    join sessions s on s.session_id = e.session_id
    where
        e.action = 'add_to_cart' and {event_during} and {session_traffic} and {session_filters}
        and {event_filters}
),

bought as (
    select
        {person} as person,
        o.currency,
        count(*) as orders_ever,
        count(*) filter (where o.ordered_at >= {start}) as orders,
        coalesce(sum(o.value) filter (where o.ordered_at >= {start}), 0) as revenue
    from {orders}
    where o.ordered_at < {end} and {order_traffic} and {session_filters} and {event_filters}
    group by 1, 2
),

persons as (
    select
        person,
        coalesce(sum(bought.orders_ever), 0) as orders_ever,
        coalesce(sum(bought.orders), 0) as orders
    from seen
    full join bought using (person)
    group by 1
),

named as (
    select
        persons.person,
        case
            when persons.orders > 0 and persons.orders_ever > 1 then 'Repeat buyer'
            when persons.orders > 0 then 'One-time buyer'
            when persons.orders_ever > 0 then 'Lapsed'
            when carts.person is not null then 'Cart abandoner'
            else 'Browser'
        end as segment
    from persons
    left join carts on carts.person = persons.person
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
