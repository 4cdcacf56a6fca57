-- grain: one row an event of a region as it will stand, placed in its session; key: event_id
-- A spell is a visitor's run of events in (event_timestamp, event_id) order with no gap over 30
-- minutes and no change of non-null user; it is cut at its first event + k * 24 hours. A region
-- that begins in the middle of a spell goes on from that spell's first instant and user.

insert into after
with placed as (
    select visitor_id, event_timestamp, event_id, user_id from before where not is_gone
    union all
    select visitor_id, event_timestamp, event_id, user_id from stage
),

gaps as (
    select
        placed.*,
        case
            when
                event_timestamp - lag(event_timestamp) over visitor > interval '30 minutes'
                or lag(event_timestamp) over visitor is null then 1
            else 0
        end as is_gap
    from placed
    window visitor as (partition by visitor_id order by event_timestamp, event_id)
),

runs as (
    select
        gaps.*,
        sum(is_gap) over visitor as run,
        -- signing in is rare: rows between two of them carry the first one's number
        count(user_id) over visitor as sign_ins
    from gaps
    window visitor as (
        partition by visitor_id order by event_timestamp, event_id
        rows unbounded preceding
    )
),

carried as (
    select
        runs.*,
        region.spell_started_at as known_start,
        coalesce(
            max(user_id) over (partition by runs.visitor_id, run, sign_ins),
            case when run = 1 then region.spell_user_id end
        ) as carried_user_id,
        region.spell_user_id as known_user_id
    from runs
    join region on region.visitor_id = runs.visitor_id
),

changes as (
    select
        carried.*,
        case
            when is_gap = 1 then case when run = 1 and known_start is not null
                and (user_id is null or known_user_id is null or user_id = known_user_id)
                then 0 else 1 end
            when user_id <> lag(carried_user_id) over visitor then 1
            else 0
        end as is_start
    from carried
    window visitor as (partition by visitor_id order by event_timestamp, event_id)
),

spells as (
    select
        changes.*,
        sum(is_start) over (
            partition by visitor_id order by event_timestamp, event_id
            rows unbounded preceding
        ) as spell
    from changes
),

started as (
    select
        spells.*,
        case
            when spell = 0 then known_start
            else min(event_timestamp) over (partition by visitor_id, spell)
        end as spell_started_at
    from spells
),

cut as (
    select
        visitor_id, event_timestamp, event_id, spell_started_at, carried_user_id, spell,
        floor(extract(epoch from event_timestamp - spell_started_at) / 86400) as piece
    from started
),

sessions_of as (
    select
        cut.*,
        first_value(event_id) over session as session_id,
        row_number() over session as ordinal
    from cut
    window session as (
        partition by visitor_id, spell, piece order by event_timestamp, event_id
    )
)

select
    sessions_of.event_id, sessions_of.event_timestamp, sessions_of.visitor_id,
    sessions_of.session_id, content.time_source, content.user_id, content.user_login_state,
    content.consent, content.action, content.is_key_event, content.page_host, content.page_path,
    content.referrer_host, content.touch_channel, content.touch_source, content.touch_medium,
    content.touch_campaign, content.device_type, content.browser, content.os, content.language,
    content.country, content.engagement_time_ms, content.own_bot_score, content.bot_reasons,
    content.own_internal, sessions_of.spell_started_at, sessions_of.carried_user_id,
    sessions_of.ordinal, content.is_fresh
from sessions_of
join (
    select
        event_id, time_source, user_id, user_login_state, consent, action, is_key_event,
        page_host, page_path, referrer_host, touch_channel, touch_source, touch_medium,
        touch_campaign, device_type, browser, os, language, country, engagement_time_ms,
        own_bot_score, bot_reasons, own_internal, false as is_fresh
    from before
    where not is_gone
    union all
    select
        event_id, time_source, user_id, user_login_state, consent, action, is_key_event,
        page_host, page_path, referrer_host, touch_channel, touch_source, touch_medium,
        touch_campaign, device_type, browser, os, language, country, engagement_time_ms,
        own_bot_score, bot_reasons, own_internal, true
    from stage
) as content on content.event_id = sessions_of.event_id;
