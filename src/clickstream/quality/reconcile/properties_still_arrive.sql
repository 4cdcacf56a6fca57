-- grain: one row a property seen for a week and more that has not come for three days, in an event
-- that still does

select
    event_name || '.' || property as key, 'a value' as expected,
    'last seen ' || last_seen_at::text as found
from (
    select
        event_name, property, min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,
        max(max(last_seen_at)) over () as latest,
        max(max(last_seen_at)) over (partition by event_name) as event_seen_at
    from event_shapes
    group by event_name, property
) as shapes
where
    property <> ''
    and last_seen_at < latest - interval '3 days'
    and last_seen_at >= latest - interval '30 days'
    and last_seen_at - first_seen_at >= interval '7 days'
    and event_seen_at >= latest - interval '1 day'
