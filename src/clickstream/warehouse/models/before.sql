-- grain: one row a stored event within a region; key: event_id
-- `offset 0` keeps each visitor's events an index scan of their own, whatever the planner believes.

insert into before
select
    row_number() over (order by region.number, stored.event_timestamp, stored.event_id)
    - 2147483648,
    region.number,
    stored.*,
    exists (select from gone where gone.event_id = stored.event_id)
from region
cross join lateral (
    select
        event_id, event_timestamp, visitor_id, session_id, is_first_visit, channel, bot_score,
        is_internal, time_source, user_id, user_login_state, consent, action, is_key_event,
        page_host, page_path, referrer_host, touch_channel, touch_source, touch_medium,
        touch_campaign, device_type, browser, os, language, country, engagement_time_ms,
        own_bot_score, bot_reasons, own_internal
    from events
    where
        events.visitor_id = region.visitor_id
        and events.event_timestamp between region.from_at and region.to_at
        and (events.event_timestamp, events.event_id) >= (region.from_at, region.from_id)
    offset 0
) as stored
where region.has_other_sessions;

insert into old_sessions
select stored.*, -row_number() over ()
from region
cross join lateral (
    select *
    from sessions
    where
        sessions.visitor_id = region.visitor_id
        and sessions.started_at between region.from_at and region.to_at
        and (sessions.started_at, sessions.session_id) >= (region.from_at, region.from_id)
    offset 0
) as stored
where region.has_other_sessions;
