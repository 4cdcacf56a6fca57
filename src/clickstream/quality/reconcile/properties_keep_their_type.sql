-- grain: one row a property that came in the last week in a type that it did not have before

select
    later.event_name || '.' || later.property as key, earlier.json_type as expected,
    later.json_type || ' since ' || later.first_seen_at::text as found
from event_shapes as later
join event_shapes as earlier
    on earlier.event_name = later.event_name
    and earlier.property = later.property
    and earlier.json_type <> later.json_type
    and earlier.first_seen_at < later.first_seen_at - interval '1 hour'
where
    later.property <> ''
    and 'null' not in (later.json_type, earlier.json_type)
    and later.first_seen_at
    >= (select max(last_seen_at) from event_shapes) - interval '7 days'
