-- grain: one row a refund event; key: event_id
-- A refund takes back the whole order, a value, or items (at their own price, else the order's).
-- Taken in (event_timestamp, event_id) order, an order's refunds never exceed its value; amounts in
-- another currency than the order's take nothing. A refund is of the traffic that its order is of,
-- whoever sent it: shops give refunds from their own network.

insert into new_refunds
with asked as (
    select
        events.event_id,
        events.event_timestamp,
        events.order_id,
        events.currency,
        coalesce(new_orders.is_bot, events.is_bot) as is_bot,
        coalesce(new_orders.is_internal, events.is_internal) as is_internal,
        case
            when events.order_value is not null then 'value'
            when exists (
                select from event_items where event_items.event_id = events.event_id
            ) then 'items'
            else 'whole'
        end as kind,
        events.order_value,
        new_orders.event_id as purchase_id,
        new_orders.value as order_total,
        new_orders.currency as order_currency
    from touched_refunds
    join events on events.event_id = touched_refunds.event_id and events.action = 'refund'
    left join new_orders on new_orders.order_id = events.order_id
),

priced as (
    select
        asked.*,
        case kind
            when 'whole' then order_total
            when 'value' then order_value
            else (
                select coalesce(sum(
                    coalesce(
                        event_items.discount_price, event_items.price, bought.price, 0
                    ) * event_items.quantity
                ), 0)
                from event_items
                left join lateral (
                    select coalesce(lines.discount_price, lines.price) as price
                    from event_lines as lines
                    where
                        lines.event_id = asked.purchase_id
                        and lines.product_id = event_items.product_id
                    order by lines.position
                    limit 1
                ) as bought on true
                where event_items.event_id = asked.event_id
            )
        end as requested
    from asked
),

running as (
    select
        priced.*,
        sum(
            case
                when kind <> 'whole' and currency <> order_currency then 0
                else least(requested, order_total)
            end
        ) over (
            partition by order_id order by event_timestamp, event_id rows unbounded preceding
        ) as asked_so_far,
        case
            when kind <> 'whole' and currency <> order_currency then 0
            else least(requested, order_total)
        end as asked_now
    from priced
)

select
    event_id, order_id, event_timestamp, kind, requested,
    case
        when order_total is null then 0
        else least(asked_so_far, order_total) - least(asked_so_far - asked_now, order_total)
    end,
    case when kind = 'whole' then coalesce(order_currency, currency)
    else coalesce(currency, order_currency) end,
    is_bot, is_internal
from running;

update new_orders set refunded = totals.refunded
from (
    select order_id, sum(value) as refunded from new_refunds group by order_id
) as totals
where new_orders.order_id = totals.order_id;

delete from orders using touched_orders where orders.order_id = touched_orders.order_id;
insert into orders select * from new_orders;
delete from refunds using touched_refunds where refunds.event_id = touched_refunds.event_id;
insert into refunds select * from new_refunds;
