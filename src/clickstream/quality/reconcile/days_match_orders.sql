-- grain: one row a day, currency and kind of traffic whose aggregate differs from its orders

with counted as (
    select
        (ordered_at at time zone %(zone)s)::date as day, coalesce(currency, 'XXX') as currency,
        is_bot, is_internal, count(*) as orders, sum(value) as revenue
    from orders
    group by 1, 2, 3, 4
),

stored as (
    select day, currency, is_bot, is_internal, orders, revenue
    from daily_orders
    where orders <> 0 or revenue <> 0
)

select
    day || ' ' || currency as key,
    coalesce(counted.orders, 0) || ' orders, ' || coalesce(counted.revenue, 0) as expected,
    coalesce(stored.orders, 0) || ' orders, ' || coalesce(stored.revenue, 0) as found
from stored
full join counted using (day, currency, is_bot, is_internal)
where (stored.orders, stored.revenue) is distinct from (counted.orders, counted.revenue)
