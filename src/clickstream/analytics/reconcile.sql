-- grain: one row an order that either side has; key: order_id
-- Of both, where one of them was placed in the range, so that clocks that differ lose none. What the
-- shop does not count as a sale (cancelled, pending) is neither missing nor equal.

with ours as (
    select
        o.order_id, o.ordered_at, o.value, o.currency, o.refunded, o.is_bot, o.is_internal,
        o.duplicates
    from {orders}
    where {session_filters} and {event_filters}
),

matched as (
    select
        coalesce(ours.order_id, shop.order_id) as order_id,
        case
            when shop.order_id is null then 'extra'
            when {is_uncounted} then 'uncounted'
            when ours.order_id is null then 'missing'
            when
                abs(ours.value - shop.value) <= {tolerance}
                and coalesce(ours.currency = shop.currency, true)
                then 'equal'
            else 'different'
        end as status,
        ours.value as clickstream_value,
        shop.value as shop_value,
        ours.currency as clickstream_currency,
        shop.currency as shop_currency,
        ours.ordered_at as clickstream_ordered_at,
        shop.ordered_at as shop_ordered_at,
        shop.status as shop_status,
        ours.refunded,
        ours.duplicates,
        ours.is_bot,
        ours.is_internal
    from ours
    full join shop_orders as shop on shop.order_id = ours.order_id
    where
        (ours.ordered_at >= {start} and ours.ordered_at < {end})
        or (shop.ordered_at >= {start} and shop.ordered_at < {end})
)

select *
from matched
where clickstream_value is not null or {has_missing}
order by
    case status
        when 'missing' then 1 when 'extra' then 2 when 'different' then 3 when 'uncounted' then 4
        else 5
    end,
    coalesce(shop_ordered_at, clickstream_ordered_at) desc,
    order_id
