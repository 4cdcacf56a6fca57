-- grain: one row a day, pair of pages viewed one after the other in a session, and kind of traffic
-- The day is that of the first of the two.

with steps as (
    select
        sign, day, is_bot, is_internal,
        page_path as from_path,
        lead(page_path) over (
            partition by sign, session_id order by event_timestamp, event_id
        ) as to_path
    from changed_events
    where action = 'page_view' and page_path is not null
)

select day, from_path, to_path, is_bot, is_internal, sum(sign) as transitions
from steps
where to_path is not null
group by day, from_path, to_path, is_bot, is_internal
