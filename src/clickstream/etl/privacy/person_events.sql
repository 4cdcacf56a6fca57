-- grain: one row an event of the persons asked for; key: event_id
-- A user's are the sessions that belong to them (docs/metrics.md, Identity), on whichever device; a
-- client's are all of its visitor. Purchases and refunds that name an order of theirs and nobody
-- else come with them. `is_whole`: every session of the event's visitor is theirs.

with devices as materialized (
    select visitor_id from identities where user_id = any(%(users)s)
    union
    select unnest(%(clients)s::text[])
),

visits as materialized (
    select
        sessions.session_id, sessions.visitor_id, sessions.started_at, sessions.ended_at,
        coalesce(sessions.user_id = any(%(users)s), false)
        or sessions.visitor_id = any(%(clients)s) as is_theirs
    from devices
    join sessions on sessions.visitor_id = devices.visitor_id
),

whole as (
    select visitor_id from visits group by visitor_id having bool_and(is_theirs)
),

own_orders as (
    select orders.order_id
    from visits
    join orders on orders.session_id = visits.session_id
    where visits.is_theirs
),

told_elsewhere as (
    select events.event_id
    from own_orders
    join events on coalesce(events.order_id, 'event:' || events.event_id) = own_orders.order_id
    where events.action = 'purchase'
    union
    select events.event_id
    from own_orders
    join events on events.order_id = own_orders.order_id
    where events.action = 'refund'
),

theirs as (
    select events.event_id
    from visits
    join events
        on events.visitor_id = visits.visitor_id
        and events.event_timestamp between visits.started_at and visits.ended_at
        and events.session_id = visits.session_id
    where visits.is_theirs
    union
    select events.event_id
    from told_elsewhere
    join events on events.event_id = told_elsewhere.event_id
    where
        events.client_id is null
        and (events.user_id is null or events.user_id = any(%(users)s))
        and not exists (
            select from identities
            where
                identities.visitor_id = events.visitor_id
                and identities.user_id <> all(%(users)s)
        )
)

select
    events.event_id, events.visitor_id, events.client_id, events.client_session_id,
    events.session_id, events.object_key, events.object_line,
    whole.visitor_id is not null as is_whole
from theirs
join events on events.event_id = theirs.event_id
left join whole on whole.visitor_id = events.visitor_id
order by events.object_key, events.object_line
