-- grain: one row a session of a region as it will stand; key: session_id
-- What each column means is told in docs/metrics.md. user_id is filled by users.sql,
-- is_first_visit by first_visits.sql.

insert into new_sessions (
    session_id, visitor_id, own_user_id, started_at, ended_at, spell_started_at, spell_user_id,
    is_first_visit, is_engaged, events, page_views, key_events, purchases, engagement_time_ms,
    funnel_step, entry_page_path, exit_page_path, page_host, referrer_host, channel, source, medium,
    campaign, device_type, browser, os, language, country, is_logged_in, consent, bot_score,
    bot_reasons, is_internal
)
with totals as (
    select
        session_id,
        min(visitor_id) as visitor_id,
        max(user_id) as own_user_id,
        min(event_timestamp) as started_at,
        max(event_timestamp) as ended_at,
        min(spell_started_at) as spell_started_at,
        count(*) as events,
        max(ordinal) as last_ordinal,
        sum(case when action = 'page_view' then 1 else 0 end) as page_views,
        sum(case when is_key_event then 1 else 0 end) as key_events,
        sum(case when action = 'purchase' then 1 else 0 end) as purchases,
        sum(engagement_time_ms) as engagement_time_ms,
        min(case when action = 'page_view' and page_path is not null then ordinal end)
            as entry_ordinal,
        max(case when action = 'page_view' and page_path is not null then ordinal end)
            as exit_ordinal,
        min(case when touch_channel is not null then ordinal end) as touch_ordinal,
        bool_or(user_login_state is not distinct from 'logged_in' or user_id is not null)
            as is_logged_in,
        min(case consent when 'denied' then 1 when 'anonymous' then 2 when 'granted' then 3 end)
            as consent,
        max(own_bot_score) as own_bot_score,
        bool_or(bot_reasons is not null) as has_reasons,
        bool_or(own_internal) as is_internal,
        -- the pace of a robot: 30 page views or more by the browser's clock, in under a second each
        sum(case when action = 'page_view' and time_source = 'corrected' then 1 else 0 end)
            as timed_views,
        min(case when action = 'page_view' and time_source = 'corrected' then event_timestamp end)
            as first_view_at,
        max(case when action = 'page_view' and time_source = 'corrected' then event_timestamp end)
            as last_view_at
    from after
    group by session_id
),

paced as (
    select
        totals.*,
        timed_views >= 30 and last_view_at - first_view_at < timed_views * interval '1 second'
            as is_fast
    from totals
),

reasons as (
    select session_id, array_agg(distinct reason order by reason) as bot_reasons
    from (
        select after.session_id, unnest(after.bot_reasons) as reason
        from after
        where after.bot_reasons is not null
        union all
        select session_id, 'pace' from paced where is_fast
    ) as named
    group by session_id
),

steps as materialized (
    select session_id, action, event_timestamp
    from after
    where action in ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
),

views as (
    select session_id, min(event_timestamp) as reached_at
    from steps
    where action = 'view_item'
    group by session_id
),

carts as (
    select steps.session_id, min(event_timestamp) as reached_at
    from steps
    join views on views.session_id = steps.session_id and event_timestamp >= views.reached_at
    where action = 'add_to_cart'
    group by steps.session_id
),

checkouts as (
    select steps.session_id, min(event_timestamp) as reached_at
    from steps
    join carts on carts.session_id = steps.session_id and event_timestamp >= carts.reached_at
    where action = 'begin_checkout'
    group by steps.session_id
),

purchases as (
    select steps.session_id, min(event_timestamp) as reached_at
    from steps
    join checkouts
        on checkouts.session_id = steps.session_id and event_timestamp >= checkouts.reached_at
    where action = 'purchase'
    group by steps.session_id
),

-- What the first, the last, the entry, the exit and the first sourced event say.
described as (
    select
        paced.session_id,
        max(case when ordinal = 1 then page_host end) as page_host,
        max(case when ordinal = 1 then device_type end) as device_type,
        max(case when ordinal = 1 then browser end) as browser,
        max(case when ordinal = 1 then os end) as os,
        max(case when ordinal = 1 then language end) as language,
        max(case when ordinal = 1 then country end) as country,
        max(case when ordinal = last_ordinal then spell_user_id end) as spell_user_id,
        max(case when ordinal = entry_ordinal then page_path end) as entry_page_path,
        max(case when ordinal = exit_ordinal then page_path end) as exit_page_path,
        max(case when ordinal = touch_ordinal then referrer_host end) as referrer_host,
        max(case when ordinal = touch_ordinal then touch_channel end) as channel,
        max(case when ordinal = touch_ordinal then touch_source end) as source,
        max(case when ordinal = touch_ordinal then touch_medium end) as medium,
        max(case when ordinal = touch_ordinal then touch_campaign end) as campaign
    from paced
    join after
        on after.session_id = paced.session_id
        and after.ordinal
        in (1, last_ordinal, entry_ordinal, exit_ordinal, touch_ordinal)
    group by paced.session_id
)

select
    paced.session_id,
    paced.visitor_id,
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
    case
        when purchases.session_id is not null then 4
        when checkouts.session_id is not null then 3
        when carts.session_id is not null then 2
        when views.session_id is not null then 1
        else 0
    end,
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
    paced.is_internal
from paced
join described on described.session_id = paced.session_id
left join reasons on reasons.session_id = paced.session_id
left join views on views.session_id = paced.session_id
left join carts on carts.session_id = paced.session_id
left join checkouts on checkouts.session_id = paced.session_id
left join purchases on purchases.session_id = paced.session_id;
