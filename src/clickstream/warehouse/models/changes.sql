-- What the aggregates lose and gain: the regions' events and sessions as they were (sign -1) and as
-- they are (sign 1); what stays the same cancels out. Days and hours are those of the session's time
-- zone, which the load sets to the warehouse's.

insert into changed_events
select
    -1, before.visitor, old_sessions.number, before.row, before.engagement_time_ms,
    before.event_timestamp::date, date_trunc('hour', before.event_timestamp),
    before.bot_score >= 0.5, before.is_internal, before.action, before.page_host, before.page_path
from before
join old_sessions on old_sessions.session_id = before.session_id and old_sessions.number < 0
union all
select
    1, after.visitor, after.session, after.place, contents.engagement_time_ms,
    contents.event_timestamp::date, date_trunc('hour', contents.event_timestamp),
    new_sessions.bot_score >= 0.5, new_sessions.is_internal, contents.action, contents.page_host,
    contents.page_path
from after
join new_sessions on new_sessions.number = after.session
join contents on contents.row = after.row;

insert into changed_pages
select
    sign, day, is_bot, is_internal, is_view,
    is_view and lag(place) over views is null,
    is_view and lead(place) over views is null,
    engagement_time_ms, page_host, page_path,
    case when is_view then lead(page_path) over views end
from (
    select changed_events.*, action is not distinct from 'page_view' as is_view
    from changed_events
    where page_path is not null and (action = 'page_view' or engagement_time_ms is not null)
) as pages
window views as (partition by session, is_view order by place);

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
join after on after.row = fresh_lines.row
join new_sessions on new_sessions.number = after.session
where fresh_lines.action in ('view_item', 'add_to_cart', 'view_item_list');
