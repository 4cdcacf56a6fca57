-- grain: one row an event name that was first seen in the last day, in a shop known for a week

select event_name as key, 'none' as expected, 'first seen ' || first_seen_at::text as found
from (
    select
        event_name, min(first_seen_at) as first_seen_at,
        max(max(last_seen_at)) over () as latest, min(min(first_seen_at)) over () as earliest
    from event_shapes
    group by event_name
) as names
where first_seen_at >= latest - interval '1 day' and earliest < latest - interval '7 days'
