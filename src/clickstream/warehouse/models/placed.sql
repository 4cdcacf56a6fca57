-- grain: one row an event of a region as it will stand; key: row
-- The regions' events in order, and in numbers that stand for texts from here on.

insert into placed
with ordered as (
    select
        contents.row,
        region.number as visitor,
        contents.event_timestamp,
        contents.event_id,
        contents.user_id,
        row_number() over (
            order by region.number, contents.event_timestamp, contents.event_id
        ) as place,
        lag(contents.event_timestamp) over (
            partition by region.number order by contents.event_timestamp, contents.event_id
        ) as previous_at
    from contents
    join region on region.visitor_id = contents.visitor_id
),

gaps as (
    select
        ordered.*,
        previous_at is null as is_first,
        coalesce(event_timestamp - previous_at > interval '30 minutes', false) as is_gap
    from ordered
)

select
    row, visitor, place, event_timestamp,
    max(case when is_gap then place end) over visitor_events,
    is_first, is_gap, user_id,
    max(case when user_id is not null then place end) over visitor_events
from gaps
window visitor_events as (
    partition by visitor order by event_timestamp, event_id rows unbounded preceding
);
