-- grain: one row a staged event whose id is stored already; key: row
-- Of the two the first by (received_at, payload_hash, object_key, object_line) stands, whichever was
-- loaded first.

insert into rivals
select
    stage.row, stored.event_id, stored.visitor_id, stored.event_timestamp,
    (stage.received_at, stage.payload_hash, stage.object_key, stage.object_line)
    >= (stored.received_at, stored.payload_hash, stored.object_key, stored.object_line)
from stage
join events as stored on stored.event_id = stage.event_id;
