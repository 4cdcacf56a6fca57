-- grain: one row a session; key: session_id
-- Derives the details of some sessions that are listed as stale. What is listed meanwhile, by a load
-- that goes on at the same time, stays listed.

set local default_statistics_target = 10;

create temp table detailed on commit drop as
select distinct session_id
from (select session_id from stale_sessions limit 10000) as listed;

analyze detailed;

delete from stale_sessions using detailed where stale_sessions.session_id = detailed.session_id;
delete from session_details using detailed where session_details.session_id = detailed.session_id;

create temp table detailed_events on commit drop as
select
    sessions.session_id, events.event_timestamp, events.event_id, events.event_name,
    events.action, events.page_path, events.page_title, events.engagement_time_ms,
    events.scroll_percent, events.product_id, events.item_count
from detailed
join sessions on sessions.session_id = detailed.session_id
cross join lateral (
    select *
    from events
    where
        events.visitor_id = sessions.visitor_id
        and events.event_timestamp between sessions.started_at and sessions.ended_at
        and events.session_id = sessions.session_id
    offset 0
) as events;

analyze detailed_events;

insert into session_details
with names as (
    select
        session_id,
        array_agg(event_name) as name_names,
        array_agg(action) as name_actions,
        array_agg(events) as name_events,
        array_agg(first_at) as name_first_at,
        array_agg(last_at) as name_last_at
    from (
        select
            session_id, event_name, action, count(*)::integer as events,
            min(event_timestamp) as first_at, max(event_timestamp) as last_at
        from detailed_events
        group by session_id, event_name, action
    ) as named
    group by session_id
),

pages as (
    select
        session_id,
        array_agg(page_path) as page_paths,
        array_agg(page_title) as page_titles,
        array_agg(views) as page_views,
        array_agg(engaged_ms) as page_engaged_ms,
        array_agg(scrolled) as page_scrolled,
        array_agg(scrolls) as page_scrolls
    from (
        select
            session_id, page_path, max(page_title) as page_title,
            count(*) filter (where action = 'page_view')::integer as views,
            coalesce(sum(engagement_time_ms), 0)::bigint as engaged_ms,
            coalesce(sum(scroll_percent::float8), 0) as scrolled,
            count(scroll_percent)::integer as scrolls
        from detailed_events
        where page_path is not null
        group by session_id, page_path
    ) as paged
    group by session_id
),

views as (
    select
        session_id,
        array_agg(page_path order by event_timestamp, event_id) as view_paths,
        array_agg(event_timestamp order by event_timestamp, event_id) as view_at
    from detailed_events
    where action = 'page_view' and page_path is not null
    group by session_id
),

lines as (
    select session_id, action, product_id
    from detailed_events
    where
        action in ('view_item_list', 'view_item', 'add_to_cart')
        and item_count = 0 and product_id is not null
    union all
    select event.session_id, event.action, item.product_id
    from detailed_events as event
    join event_items as item on item.event_id = event.event_id
    where
        event.action in ('view_item_list', 'view_item', 'add_to_cart')
        and event.item_count > 0 and item.product_id is not null
),

products as (
    select
        session_id,
        array_agg(product_id) as product_ids,
        array_agg(impressions) as product_impressions,
        array_agg(views) as product_views,
        array_agg(carts) as product_carts
    from (
        select
            session_id, product_id,
            count(*) filter (where action = 'view_item_list')::integer as impressions,
            count(*) filter (where action = 'view_item')::integer as views,
            count(*) filter (where action = 'add_to_cart')::integer as carts
        from lines
        group by session_id, product_id
    ) as named
    group by session_id
)

select
    sessions.session_id, sessions.visitor_id, md5(sessions.visitor_id)::uuid,
    sessions.started_at, sessions.ended_at, sessions.is_bot, sessions.is_internal,
    sessions.is_engaged, sessions.is_logged_in, sessions.channel, sessions.source,
    sessions.medium, sessions.campaign, sessions.referrer_host, sessions.page_host,
    sessions.entry_page_path, sessions.exit_page_path, sessions.device_type, sessions.browser,
    sessions.os, sessions.language, sessions.country, sessions.consent,
    names.name_names, names.name_actions, names.name_events, names.name_first_at,
    names.name_last_at,
    coalesce(pages.page_paths, '{}'), coalesce(pages.page_titles, '{}'),
    coalesce(pages.page_views, '{}'), coalesce(pages.page_engaged_ms, '{}'),
    coalesce(pages.page_scrolled, '{}'), coalesce(pages.page_scrolls, '{}'),
    coalesce(views.view_paths, '{}'), coalesce(views.view_at, '{}'),
    coalesce(products.product_ids, '{}'), coalesce(products.product_impressions, '{}'),
    coalesce(products.product_views, '{}'), coalesce(products.product_carts, '{}')
from names
join sessions on sessions.session_id = names.session_id
left join pages on pages.session_id = names.session_id
left join views on views.session_id = names.session_id
left join products on products.session_id = names.session_id;

drop table detailed_events, detailed;
