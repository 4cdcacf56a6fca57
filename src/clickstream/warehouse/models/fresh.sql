-- Of a staged and a stored event with one id the first by (received_at, payload_hash, object_key,
-- object_line) stands, whichever was loaded first. Leaves in the stage only those that the warehouse
-- lacks or must take instead of what it has; the latter's stored events are listed in `gone`.

delete from stage as loser
using events as stored
where
    loser.event_id = stored.event_id
    and (loser.received_at, loser.payload_hash, loser.object_key, loser.object_line)
    >= (stored.received_at, stored.payload_hash, stored.object_key, stored.object_line);

insert into gone
select stored.event_id, stored.visitor_id, stored.event_timestamp
from events as stored
join stage on stage.event_id = stored.event_id;
