-- grain: one row an event name, property and type of its value; the events since the last look
-- Two days are looked at again, for what came late; looking twice changes nothing.

insert into event_shapes as known (
    event_name, property, json_type, first_seen_at, last_seen_at, days
)
select
    seen.event_name,
    seen.property,
    seen.json_type,
    min(seen.event_timestamp),
    max(seen.event_timestamp),
    max(seen.event_timestamp)::date - min(seen.event_timestamp)::date + 1
from (
    select event_name, event_timestamp, '' as property, 'object' as json_type
    from events
    where event_timestamp >= %(since)s::timestamptz
    union all
    select events.event_name, events.event_timestamp, left(pair.key, 200), jsonb_typeof(pair.value)
    from events
    cross join lateral jsonb_each(events.properties) as pair
    where
        events.event_timestamp >= %(since)s::timestamptz
        and jsonb_typeof(events.properties) = 'object'
) as seen
group by 1, 2, 3
on conflict (event_name, property, json_type) do update set
    first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
    days = greatest(known.last_seen_at, excluded.last_seen_at)::date
    - least(known.first_seen_at, excluded.first_seen_at)::date + 1;
