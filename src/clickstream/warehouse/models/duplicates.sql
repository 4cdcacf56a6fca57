-- Of several staged events with one id the first by (received_at, payload_hash, object_key,
-- object_line) stays in the stage.

delete from stage as loser
using stage as winner
where
    loser.event_id = winner.event_id
    and (loser.received_at, loser.payload_hash, loser.object_key, loser.object_line)
    > (winner.received_at, winner.payload_hash, winner.object_key, winner.object_line);
