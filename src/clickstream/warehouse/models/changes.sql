-- What the aggregates lose and gain: the regions' events and sessions as they were (sign -1) and as
-- they are (sign 1); what stays the same cancels out. Days and hours are those of the session's time
-- zone, which the load sets to the warehouse's.

insert into changed_events
select
    -1, event_id, visitor_id, session_id, event_timestamp, event_timestamp::date,
    date_trunc('hour', event_timestamp), action, page_host, page_path, engagement_time_ms,
    bot_score >= 0.5, is_internal
from before
union all
select
    1, after.event_id, after.visitor_id, after.session_id, after.event_timestamp,
    after.event_timestamp::date, date_trunc('hour', after.event_timestamp), after.action,
    after.page_host, after.page_path, after.engagement_time_ms, new_sessions.bot_score >= 0.5,
    new_sessions.is_internal
from after
join new_sessions on new_sessions.session_id = after.session_id;

insert into changed_sessions
select
    sign, started_at::date, date_trunc('hour', started_at), bot_score >= 0.5, is_internal,
    is_engaged, is_first_visit, extract(epoch from ended_at - started_at) * 1000, funnel_step
from (
    select -1 as sign, * from old_sessions
    union all
    select 1, * from new_sessions
) as sessions;

insert into product_lines
select
    1, fresh_lines.event_timestamp, fresh_lines.action, fresh_lines.product_id,
    fresh_lines.currency, new_sessions.bot_score >= 0.5, new_sessions.is_internal
from fresh_lines
join after on after.event_id = fresh_lines.event_id
join new_sessions on new_sessions.session_id = after.session_id
where fresh_lines.action in ('view_item', 'add_to_cart', 'view_item_list');
