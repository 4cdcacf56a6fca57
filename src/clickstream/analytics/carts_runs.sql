-- grain: one row a cart; carts whose first product was added in the range are those asked for
-- A cart is a visitor's run of additions with no order and no gap of over 24 hours between them. It
-- is ordered when its visitor places an order within 24 hours of the last addition, in any session.

with candidates as (
    select distinct e.visitor_id
    from {events}
    where
        e.action = 'add_to_cart'
        and {during} and {traffic} and {session_filters} and {event_filters}
),

additions as (
    select e.visitor_id, e.event_id, e.event_timestamp as happened_at, false as is_order
    from {events}
    join candidates on candidates.visitor_id = e.visitor_id
    where
        e.action = 'add_to_cart' and e.event_timestamp >= {earliest}
        and {traffic} and {session_filters} and {event_filters}
    union all
    select o.visitor_id, null, o.ordered_at, true
    from orders o
    join candidates on candidates.visitor_id = o.visitor_id
    where o.ordered_at >= {earliest}
),

steps as (
    select
        additions.*,
        not is_order and (
            coalesce(lag(is_order) over visitor, true)
            or happened_at - lag(happened_at) over visitor > interval '24 hours'
        ) as is_first,
        not is_order and coalesce(
            lead(is_order) over visitor
            and lead(happened_at) over visitor - happened_at <= interval '24 hours', false
        ) as is_ordered
    from additions
    window visitor as (partition by visitor_id order by happened_at, is_order)
),

runs as (
    select
        steps.*,
        sum(case when is_first then 1 else 0 end) over (
            partition by visitor_id order by happened_at, is_order rows unbounded preceding
        ) as run
    from steps
)

select
    visitor_id,
    min(happened_at) as opened_at,
    max(happened_at) as last_at,
    bool_or(is_ordered) as is_ordered{members}
from runs
where not is_order and run > 0
group by visitor_id, run
