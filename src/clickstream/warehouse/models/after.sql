-- grain: one row an event of a region as it will stand, placed in its session; key: event_id
-- A spell is a visitor's run of events in (event_timestamp, event_id) order with no gap over 30
-- minutes and no change of non-null user; it is cut at its first event + k * 24 hours. A region
-- that begins in the middle of a spell goes on from that spell's first instant and user.

insert into after
with contents as materialized (
    select
        row, event_id, event_timestamp, visitor_id, time_source, user_id, user_login_state, consent,
        action, is_key_event, page_host, page_path, referrer_host, touch_channel, touch_source,
        touch_medium, touch_campaign, device_type, browser, os, language, country,
        engagement_time_ms, own_bot_score, bot_reasons, own_internal, false as is_fresh
    from before
    where not is_gone
    union all
    select
        row, event_id, event_timestamp, visitor_id, time_source, user_id, user_login_state, consent,
        action, is_key_event, page_host, page_path, referrer_host, touch_channel, touch_source,
        touch_medium, touch_campaign, device_type, browser, os, language, country,
        engagement_time_ms, own_bot_score, bot_reasons, own_internal, true
    from stage
),

-- From here on numbers stand for texts: the visitor's, and the event's place in the order.
placed as (
    select
        region.number as visitor,
        row_number() over (
            order by region.number, contents.event_timestamp, contents.event_id
        ) as place,
        contents.row,
        contents.event_timestamp,
        contents.event_id,
        contents.user_id,
        region.spell_started_at as known_start,
        region.spell_user_id as known_user_id
    from contents
    join region on region.visitor_id = contents.visitor_id
),

gaps as (
    select
        placed.*,
        case
            when event_timestamp - lag(event_timestamp) over visitor_events
                <= interval '30 minutes' then 0
            else 1
        end as is_gap
    from placed
    window visitor_events as (partition by visitor order by place)
),

runs as (
    select
        gaps.*,
        sum(is_gap) over visitor_events as run,
        -- signing in is rare: rows between two of them carry the first one's number
        count(user_id) over visitor_events as sign_ins
    from gaps
    window visitor_events as (partition by visitor order by place rows unbounded preceding)
),

carried as (
    select
        runs.*,
        coalesce(
            max(user_id) over (partition by visitor, run, sign_ins),
            case when run = 1 then known_user_id end
        ) as carried_user_id
    from runs
),

starts as (
    select
        carried.*,
        case
            when is_gap = 1 and not (run = 1 and known_start is not null) then 1
            when is_gap = 0
                and user_id <> lag(carried_user_id) over (partition by visitor order by place)
                then 1
            else 0
        end as is_start
    from carried
),

spells as (
    select
        starts.*,
        sum(is_start) over (
            partition by visitor order by place rows unbounded preceding
        ) as spell
    from starts
),

started as (
    select
        spells.*,
        case
            when spell = 0 then known_start
            else min(event_timestamp) over (partition by visitor, spell)
        end as spell_started_at
    from spells
),

cut as (
    select
        started.*,
        floor(extract(epoch from event_timestamp - spell_started_at) / 86400) as piece
    from started
),

sessions_of as (
    select
        cut.*,
        first_value(event_id) over session_events as session_id,
        row_number() over session_events as ordinal
    from cut
    window session_events as (partition by visitor, spell, piece order by place)
)

select
    contents.row, contents.event_id, contents.event_timestamp, contents.visitor_id,
    sessions_of.session_id, contents.time_source, contents.user_id, contents.user_login_state,
    contents.consent, contents.action, contents.is_key_event, contents.page_host,
    contents.page_path, contents.referrer_host, contents.touch_channel, contents.touch_source,
    contents.touch_medium, contents.touch_campaign, contents.device_type, contents.browser,
    contents.os, contents.language, contents.country, contents.engagement_time_ms,
    contents.own_bot_score, contents.bot_reasons, contents.own_internal,
    sessions_of.spell_started_at, sessions_of.carried_user_id, sessions_of.ordinal,
    contents.is_fresh
from sessions_of
join contents on contents.row = sessions_of.row;
