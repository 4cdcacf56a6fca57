-- Puts the batch in place: stored events that lost are deleted, those whose session says something
-- else of them now are updated, the fresh ones inserted; the regions' sessions are exchanged.

delete from event_items using gone where event_items.event_id = gone.event_id;
delete from events using gone where events.event_id = gone.event_id;

with moved as materialized (
    select
        before.event_id, new_sessions.session_id, new_sessions.is_first_visit,
        new_sessions.channel, new_sessions.bot_score, new_sessions.is_internal
    from before
    join after on after.row = before.row
    join new_sessions on new_sessions.number = after.session
    where
        (
            before.session_id, before.is_first_visit, before.channel, before.bot_score,
            before.is_internal
        ) is distinct from (
            new_sessions.session_id, new_sessions.is_first_visit, new_sessions.channel,
            new_sessions.bot_score, new_sessions.is_internal
        )
)

update events set
    session_id = moved.session_id,
    is_first_visit = moved.is_first_visit,
    channel = moved.channel,
    bot_score = moved.bot_score,
    is_bot = moved.bot_score >= 0.5,
    is_internal = moved.is_internal
from moved
where events.event_id = moved.event_id;

insert into events (
    event_id, event_timestamp, time_source, occurred_at, sent_at, received_at, event_name, action,
    visitor_id, identity_source, user_id, client_id, client_session_id, user_login_state, consent,
    session_id, is_first_visit, channel, bot_score, is_bot, is_internal,
    page_url, page_host, page_path, page_query, page_title, page_view_id, referrer, referrer_host,
    touch_channel, touch_source, touch_medium, touch_campaign, touch_term, touch_content,
    device_type, browser, os, language, country,
    product_id, product_name, product_category, product_brand, product_price,
    product_discount_price, product_url_path,
    order_id, order_value, order_tax, order_shipping, order_coupon, value, currency,
    search_term, engagement_time_ms, scroll_percent, element, properties,
    own_bot_score, bot_reasons, own_internal, is_key_event, item_count, payload_hash, object_key,
    object_line
)
select
    stage.event_id, stage.event_timestamp, stage.time_source, stage.occurred_at, stage.sent_at,
    stage.received_at, stage.event_name, stage.action, stage.visitor_id, stage.identity_source,
    stage.user_id, stage.client_id, stage.client_session_id, stage.user_login_state, stage.consent,
    new_sessions.session_id, new_sessions.is_first_visit, new_sessions.channel,
    new_sessions.bot_score, new_sessions.bot_score >= 0.5, new_sessions.is_internal,
    stage.page_url, stage.page_host, stage.page_path, stage.page_query, stage.page_title,
    stage.page_view_id, stage.referrer, stage.referrer_host, stage.touch_channel,
    stage.touch_source, stage.touch_medium, stage.touch_campaign, stage.touch_term,
    stage.touch_content, stage.device_type, stage.browser, stage.os, stage.language, stage.country,
    stage.product_id, stage.product_name, stage.product_category, stage.product_brand,
    stage.product_price, stage.product_discount_price, stage.product_url_path, stage.order_id,
    stage.order_value, stage.order_tax, stage.order_shipping, stage.order_coupon, stage.value,
    stage.currency, stage.search_term, stage.engagement_time_ms, stage.scroll_percent,
    stage.element::jsonb, stage.properties::jsonb, stage.own_bot_score, stage.bot_reasons,
    stage.own_internal, stage.is_key_event, stage.item_count, stage.payload_hash, stage.object_key,
    stage.object_line
from stage
join after on after.row = stage.row
join new_sessions on new_sessions.number = after.session;

insert into event_items
select
    stage.event_id, stage_items.position, stage_items.product_id, stage_items.product_name,
    stage_items.product_category, stage_items.product_brand, stage_items.product_variant,
    stage_items.price, stage_items.discount_price, stage_items.quantity
from stage_items
join stage on stage.row = stage_items.row;

delete from sessions using old_sessions where sessions.session_id = old_sessions.session_id;

insert into sessions (
    session_id, visitor_id, user_id, own_user_id, started_at, ended_at, spell_started_at,
    spell_user_id, is_first_visit, is_engaged, events, page_views, key_events, purchases,
    engagement_time_ms, funnel_step, entry_page_path, exit_page_path, page_host, referrer_host,
    channel, source, medium, campaign, device_type, browser, os, language, country, is_logged_in,
    consent, bot_score, bot_reasons, is_internal
)
select
    session_id, visitor_id, own_user_id, own_user_id, started_at, ended_at, spell_started_at,
    spell_user_id, is_first_visit, is_engaged, events, page_views, key_events, purchases,
    engagement_time_ms, funnel_step, entry_page_path, exit_page_path, page_host, referrer_host,
    channel, source, medium, campaign, device_type, browser, os, language, country, is_logged_in,
    consent, bot_score, bot_reasons, is_internal
from new_sessions;

-- The details of the sessions that went go with them; those of the new ones are derived after the
-- load. Listed ones first: that waits for details that are being derived meanwhile.

delete from stale_sessions using old_sessions
where stale_sessions.session_id = old_sessions.session_id and old_sessions.number is not null;
delete from session_details using old_sessions
where session_details.session_id = old_sessions.session_id and old_sessions.number is not null;

insert into stale_sessions
select session_id from new_sessions where number is not null;
