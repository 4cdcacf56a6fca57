-- Marks each touched visitor's first session, and takes the mark from the one that had it.
-- Stored sessions outside the regions whose mark changes are added to old_sessions and
-- new_sessions, so that all that follows sees them change.

insert into first_sessions
select region.visitor_id, coalesce(earlier.session_id, inside.session_id, later.session_id)
from region
left join lateral (
    select session_id
    from sessions
    where
        region.has_other_sessions
        and sessions.visitor_id = region.visitor_id
        and (sessions.started_at, sessions.session_id) < (region.from_at, region.from_id)
    order by started_at, session_id
    limit 1
) as earlier on true
left join (
    select distinct on (visitor_id) visitor_id, session_id
    from new_sessions
    order by visitor_id, started_at, session_id
) as inside on inside.visitor_id = region.visitor_id
left join lateral (
    select session_id
    from sessions
    where
        region.has_other_sessions
        and inside.session_id is null
        and sessions.visitor_id = region.visitor_id
        and sessions.started_at > region.to_at
    order by started_at, session_id
    limit 1
) as later on true
where coalesce(earlier.session_id, inside.session_id, later.session_id) is not null;

update new_sessions set is_first_visit = true
from first_sessions
where new_sessions.session_id = first_sessions.session_id;

insert into moved_sessions
select stored.*
from region
join first_sessions on first_sessions.visitor_id = region.visitor_id
cross join lateral (
    select *
    from sessions
    where
        sessions.visitor_id = region.visitor_id
        and sessions.is_first_visit
        and sessions.session_id <> first_sessions.session_id
    offset 0
) as stored
where
    region.has_other_sessions
    and not (
        (stored.started_at, stored.session_id) >= (region.from_at, region.from_id)
        and stored.started_at <= region.to_at
    );

insert into moved_sessions
select stored.*
from region
join first_sessions on first_sessions.visitor_id = region.visitor_id
cross join lateral (
    select *
    from sessions
    where
        sessions.session_id = first_sessions.session_id
        and sessions.visitor_id = region.visitor_id
        and not sessions.is_first_visit
    offset 0
) as stored
where
    region.has_other_sessions
    and not (
        (stored.started_at, stored.session_id) >= (region.from_at, region.from_id)
        and stored.started_at <= region.to_at
    );

insert into old_sessions select moved.*, null from moved_sessions as moved;

insert into new_sessions (
    session_id, visitor_id, user_id, own_user_id, started_at, ended_at, spell_started_at,
    spell_user_id, is_first_visit, is_engaged, events, page_views, key_events, purchases,
    engagement_time_ms, funnel_step, entry_page_path, exit_page_path, page_host, referrer_host,
    channel, source, medium, campaign, device_type, browser, os, language, country, is_logged_in,
    consent, bot_score, bot_reasons, is_internal
)
select
    moved.session_id, moved.visitor_id, moved.user_id, moved.own_user_id, moved.started_at,
    moved.ended_at, moved.spell_started_at, moved.spell_user_id, not moved.is_first_visit,
    moved.is_engaged, moved.events, moved.page_views, moved.key_events, moved.purchases,
    moved.engagement_time_ms, moved.funnel_step, moved.entry_page_path, moved.exit_page_path,
    moved.page_host, moved.referrer_host, moved.channel, moved.source, moved.medium,
    moved.campaign, moved.device_type, moved.browser, moved.os, moved.language, moved.country,
    moved.is_logged_in, moved.consent, moved.bot_score, moved.bot_reasons, moved.is_internal
from moved_sessions as moved;

update events set is_first_visit = not moved.is_first_visit
from moved_sessions as moved
where
    events.visitor_id = moved.visitor_id
    and events.event_timestamp between moved.started_at and moved.ended_at
    and events.session_id = moved.session_id;
