-- grain: one row a property of an event known for a week that was first seen in the last day

select
    event_name || '.' || property as key, 'none' as expected,
    'first seen ' || first_seen_at::text as found
from (
    select
        event_name, property, min(first_seen_at) as first_seen_at,
        max(max(last_seen_at)) over () as latest,
        min(min(first_seen_at)) over (partition by event_name) as event_seen_at
    from event_shapes
    group by event_name, property
) as shapes
where
    property <> ''
    and first_seen_at >= latest - interval '1 day'
    and event_seen_at < latest - interval '7 days'
