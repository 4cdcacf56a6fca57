-- grain: one row an order key that has purchases and no order, or an order and no purchase

with purchased as (
    select coalesce(order_id, 'event:' || event_id) as order_id, count(*) as purchases
    from events
    where action = 'purchase' and event_timestamp >= %(since)s::timestamptz
    group by 1
)

select purchased.order_id as key, 'an order' as expected, 'purchases alone' as found
from purchased
left join orders on orders.order_id = purchased.order_id
where orders.order_id is null
union all
select orders.order_id, orders.duplicates + 1 || ' purchases', '0 purchases'
from orders
where
    orders.ordered_at >= %(since)s::timestamptz
    and not exists (
        select 1
        from events
        where
            events.action = 'purchase'
            and coalesce(events.order_id, 'event:' || events.event_id) = orders.order_id
    )
