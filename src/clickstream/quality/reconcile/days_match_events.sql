-- grain: one row a day and kind of traffic whose aggregate differs from its events and sessions

with counted_events as (
    select
        (event_timestamp at time zone %(zone)s)::date as day, is_bot, is_internal,
        count(*) as events,
        count(distinct visitor_id) as visitors
    from events
    group by 1, 2, 3
),

counted_sessions as (
    select
        (started_at at time zone %(zone)s)::date as day, is_bot, is_internal, count(*) as sessions
    from sessions
    group by 1, 2, 3
),

counted as (
    select
        day, is_bot, is_internal,
        coalesce(events, 0) as events,
        coalesce(visitors, 0) as visitors,
        coalesce(sessions, 0) as sessions
    from counted_events
    full join counted_sessions using (day, is_bot, is_internal)
)

select
    day::text as key,
    coalesce(counted.events, 0) || ' events, ' || coalesce(counted.visitors, 0) || ' visitors, '
        || coalesce(counted.sessions, 0) || ' sessions' as expected,
    coalesce(stored.events, 0) || ' events, ' || coalesce(stored.visitors, 0) || ' visitors, '
        || coalesce(stored.sessions, 0) || ' sessions' as found
from daily_metrics as stored
full join counted using (day, is_bot, is_internal)
where
    (stored.events, stored.visitors, stored.sessions)
    is distinct from (counted.events, counted.visitors, counted.sessions)
