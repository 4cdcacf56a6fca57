-- grain: one row a day, currency (XXX: none) and kind of traffic

with parts as (
    select -1 as sign, ordered_at as at, currency, is_bot, is_internal, value, true as is_order
    from old_orders
    union all
    select 1, ordered_at, currency, is_bot, is_internal, value, true from new_orders
    union all
    select -1, refunded_at, currency, is_bot, is_internal, value, false
    from old_refunds where value > 0
    union all
    select 1, refunded_at, currency, is_bot, is_internal, value, false
    from new_refunds where value > 0
)

select
    at::date as day,
    coalesce(currency, 'XXX') as currency,
    is_bot,
    is_internal,
    sum(case when is_order then sign else 0 end) as orders,
    sum(case when is_order then sign * value else 0 end) as revenue,
    sum(case when is_order then 0 else sign end) as refunds,
    sum(case when is_order then 0 else sign * value end) as refunded
from parts
group by 1, 2, 3, 4
