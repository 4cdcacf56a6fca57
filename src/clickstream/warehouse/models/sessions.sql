-- grain: one row a session of a region as it will stand; key: session_id, and number
-- What each column means is told in docs/metrics.md. user_id is filled by users.sql,
-- is_first_visit by first_visits.sql.

insert into new_sessions (
    session_id, visitor_id, own_user_id, started_at, ended_at, spell_started_at, spell_user_id,
    is_first_visit, is_engaged, events, page_views, key_events, purchases, engagement_time_ms,
    funnel_step, entry_page_path, exit_page_path, page_host, referrer_host, channel, source, medium,
    campaign, device_type, browser, os, language, country, is_logged_in, consent, bot_score,
    bot_reasons, is_internal, number
)
with totals as (
    select
        after.session,
        max(contents.user_id) as own_user_id,
        min(contents.event_timestamp) as started_at,
        max(contents.event_timestamp) as ended_at,
        min(after.spell_started_at) as spell_started_at,
        count(*) as events,
        sum(case when contents.action = 'page_view' then 1 else 0 end) as page_views,
        sum(case when contents.is_key_event then 1 else 0 end) as key_events,
        sum(case when contents.action = 'purchase' then 1 else 0 end) as purchases,
        sum(contents.engagement_time_ms) as engagement_time_ms,
        min(case when contents.action = 'page_view' and contents.page_path is not null
            then after.ordinal end) as entry_ordinal,
        max(case when contents.action = 'page_view' and contents.page_path is not null
            then after.ordinal end) as exit_ordinal,
        min(case when contents.touch_channel is not null then after.ordinal end) as touch_ordinal,
        bool_or(contents.user_login_state is not distinct from 'logged_in'
            or contents.user_id is not null) as is_logged_in,
        min(case contents.consent
            when 'denied' then 1 when 'anonymous' then 2 when 'granted' then 3 end) as consent,
        max(contents.own_bot_score) as own_bot_score,
        bool_or(contents.own_internal) as is_internal,
        -- the pace of a robot: 30 page views or more by the browser's clock, in under a second each
        sum(case when contents.action = 'page_view' and contents.time_source = 'corrected'
            then 1 else 0 end) as timed_views,
        min(case when contents.action = 'page_view' and contents.time_source = 'corrected'
            then contents.event_timestamp end) as first_view_at,
        max(case when contents.action = 'page_view' and contents.time_source = 'corrected'
            then contents.event_timestamp end) as last_view_at
    from after
    join contents on contents.row = after.row
    group by after.session
),

paced as (
    select
        totals.*,
        timed_views >= 30 and last_view_at - first_view_at < timed_views * interval '1 second'
            as is_fast
    from totals
),

reasons as (
    select session, array_agg(distinct reason order by reason) as bot_reasons
    from (
        select after.session, unnest(contents.bot_reasons) as reason
        from contents
        join after on after.row = contents.row
        where contents.bot_reasons is not null
        union all
        select session, 'pace' from paced where is_fast
    ) as named
    group by session
),

-- How far each came: a step counts from the first instant at which those before it were reached.
viewed as (
    select
        after.session, contents.action, contents.event_timestamp,
        min(case when contents.action = 'view_item' then contents.event_timestamp end)
            over (partition by after.session) as viewed_at
    from contents
    join after on after.row = contents.row
    where contents.action in ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
),

filled as (
    select
        viewed.*,
        min(case when action = 'add_to_cart' and event_timestamp >= viewed_at
            then event_timestamp end) over (partition by session) as filled_at
    from viewed
),

begun as (
    select
        filled.*,
        min(case when action = 'begin_checkout' and event_timestamp >= filled_at
            then event_timestamp end) over (partition by session) as begun_at
    from filled
),

reached as (
    select
        session,
        max(case
            when action = 'purchase' and event_timestamp >= begun_at then 4
            when begun_at is not null then 3
            when filled_at is not null then 2
            when viewed_at is not null then 1
            else 0
        end) as funnel_step
    from begun
    group by session
),

-- What the first, the last, the entry, the exit and the first sourced event say.
telling as (
    select
        paced.session, after.row, after.ordinal, after.sign_in, after.known_user_id,
        paced.events, paced.entry_ordinal, paced.exit_ordinal, paced.touch_ordinal
    from paced
    join after
        on after.session = paced.session
        and after.ordinal in (1, paced.events, entry_ordinal, exit_ordinal, touch_ordinal)
),

described as (
    select
        telling.session,
        max(case when ordinal = 1 then contents.event_id end) as session_id,
        max(case when ordinal = 1 then contents.visitor_id end) as visitor_id,
        max(case when ordinal = 1 then contents.page_host end) as page_host,
        max(case when ordinal = 1 then contents.device_type end) as device_type,
        max(case when ordinal = 1 then contents.browser end) as browser,
        max(case when ordinal = 1 then contents.os end) as os,
        max(case when ordinal = 1 then contents.language end) as language,
        max(case when ordinal = 1 then contents.country end) as country,
        max(case when ordinal = events then coalesce(placed.user_id, known_user_id) end)
            as spell_user_id,
        max(case when ordinal = entry_ordinal then contents.page_path end) as entry_page_path,
        max(case when ordinal = exit_ordinal then contents.page_path end) as exit_page_path,
        max(case when ordinal = touch_ordinal then contents.referrer_host end) as referrer_host,
        max(case when ordinal = touch_ordinal then contents.touch_channel end) as channel,
        max(case when ordinal = touch_ordinal then contents.touch_source end) as source,
        max(case when ordinal = touch_ordinal then contents.touch_medium end) as medium,
        max(case when ordinal = touch_ordinal then contents.touch_campaign end) as campaign
    from telling
    join contents on contents.row = telling.row
    left join placed on placed.place = telling.sign_in
    group by telling.session
)

select
    described.session_id,
    described.visitor_id,
    paced.own_user_id,
    paced.started_at,
    paced.ended_at,
    paced.spell_started_at,
    described.spell_user_id,
    false,
    coalesce(
        paced.engagement_time_ms,
        extract(epoch from paced.ended_at - paced.started_at) * 1000
    ) >= 10000
    or paced.page_views >= 2
    or paced.key_events > 0,
    paced.events,
    paced.page_views,
    paced.key_events,
    paced.purchases,
    coalesce(paced.engagement_time_ms, 0),
    coalesce(reached.funnel_step, 0),
    described.entry_page_path,
    described.exit_page_path,
    described.page_host,
    described.referrer_host,
    coalesce(described.channel, 'Direct'),
    described.source,
    described.medium,
    described.campaign,
    described.device_type,
    described.browser,
    described.os,
    described.language,
    described.country,
    paced.is_logged_in,
    (array['denied', 'anonymous', 'granted'])[paced.consent],
    greatest(paced.own_bot_score, case when paced.is_fast then 0.7 else 0 end),
    reasons.bot_reasons,
    paced.is_internal,
    paced.session
from paced
join described on described.session = paced.session
left join reasons on reasons.session = paced.session
left join reached on reached.session = paced.session;
