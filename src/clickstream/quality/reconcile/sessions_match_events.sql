-- grain: one row a session that differs from its events: their number, its first, its page views
-- A session's events lie within 24 hours of its beginning.

with counted as (
    select
        session_id,
        count(*) as events,
        sum(case when action = 'page_view' then 1 else 0 end) as page_views,
        min(event_timestamp) as started_at,
        max(event_timestamp) as ended_at
    from events
    where event_timestamp >= %(since)s::timestamptz
    group by session_id
)

select
    sessions.session_id as key,
    coalesce(counted.events, 0) || ' events, ' || coalesce(counted.page_views, 0)
        || ' page views' as expected,
    sessions.events || ' events, ' || sessions.page_views || ' page views' as found
from sessions
left join counted on counted.session_id = sessions.session_id
where
    sessions.started_at >= %(since)s::timestamptz
    and (sessions.events, sessions.page_views, sessions.started_at, sessions.ended_at)
    is distinct from (counted.events, counted.page_views, counted.started_at, counted.ended_at)
