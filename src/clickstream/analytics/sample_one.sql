-- grain: one row, the event whole, with its product lines; key: event_id

select
    to_jsonb(e) - array['payload_hash', 'own_bot_score', 'own_internal'] as event,
    coalesce(
        (
            select jsonb_agg(to_jsonb(i) - array['event_id'] order by i.position)
            from event_items i
            where i.event_id = e.event_id
        ),
        '[]'
    ) as items
from events e
where e.event_id = {event_id}
