-- grain: one row a person; key: person
-- Persons with a session in the range, and those who ordered before it.

with seen as (
    select distinct {person} as person
    from {sessions}
    where {started_during} and {session_traffic} and {session_filters}
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
        count(*) as orders_ever,
        count(*) filter (where o.ordered_at >= {start}) as orders
    from {orders}
    where o.ordered_at < {end} and {order_traffic} and {session_filters} and {event_filters}
    group by 1
)

select
    person,
    case
        when bought.orders > 0 and bought.orders_ever > 1 then 'Repeat buyer'
        when bought.orders > 0 then 'One-time buyer'
        when bought.orders_ever > 0 then 'Lapsed'
        when carts.person is not null then 'Cart abandoner'
        else 'Browser'
    end as segment
from seen
full join bought using (person)
left join carts using (person)
