-- grain: one row an event name seen for a week and more that has not come for three days

select event_name as key, 'an event' as expected, 'last seen ' || last_seen_at::text as found
from (
    select
        event_name, min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,
        max(max(last_seen_at)) over () as latest
    from event_shapes
    group by event_name
) as names
where
    last_seen_at < latest - interval '3 days'
    and last_seen_at >= latest - interval '30 days'
    and last_seen_at - first_seen_at >= interval '7 days'
