-- grain: one row a session that leads to an order; key: order_id, session_id
-- A person's sessions since the order before, within the look-back; the converting one always.

with conversions as (
    select
        o.order_id, o.session_id, o.ordered_at, o.value, o.currency,
        {person} as person,
        lag(o.ordered_at) over (
            partition by {person} order by o.ordered_at, o.event_id
        ) as previous_at
    from orders o
    join sessions s on s.session_id = o.session_id
    where o.ordered_at < {end} and {order_traffic}
),

chosen as (
    select conversions.*
    from conversions
    where
        conversions.ordered_at >= {start}
        and conversions.order_id in (
            select o.order_id
            from {orders}
            where {during} and {order_traffic} and {session_filters} and {event_filters}
        )
)

select
    chosen.order_id,
    chosen.value,
    chosen.currency,
    {dimension} as dimension,
    s.channel = 'Direct' as is_direct,
    greatest(extract(epoch from chosen.ordered_at - s.started_at), 0)::float8 as age_seconds
from chosen
join sessions s
    on {person} = chosen.person
    and (
        s.session_id = chosen.session_id
        or (
            s.started_at <= chosen.ordered_at
            and s.started_at >= chosen.ordered_at - {lookback}::interval
            and (chosen.previous_at is null or s.started_at > chosen.previous_at)
        )
    )
where s.started_at >= {earliest} and s.started_at < {end} and {session_traffic}
order by chosen.ordered_at, chosen.order_id, s.started_at, s.session_id
