-- Of several staged events with one id the first by (received_at, payload_hash, object_key,
-- object_line) stays in the stage. `repeated` names the ids of which there are several.

with several as materialized (
    select row, event_id, received_at, payload_hash, object_key, object_line
    from stage
    where event_id in (select event_id from repeated)
)

delete from stage
where row in (
    select loser.row
    from several as loser
    join several as winner on winner.event_id = loser.event_id
    where
        (loser.received_at, loser.payload_hash, loser.object_key, loser.object_line)
        > (winner.received_at, winner.payload_hash, winner.object_key, winner.object_line)
);
