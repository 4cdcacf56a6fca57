-- Leaves in the stage only those events that the warehouse lacks or must take instead of what it
-- has, and only their lines in `fresh_lines`; the latter's stored events are listed in `gone`.

delete from stage where row in (select row from rivals where stored_stands);
delete from fresh_lines where row in (select row from rivals where stored_stands);

insert into gone
select event_id, visitor_id, event_timestamp from rivals where not stored_stands;
