-- grain: one row a visitor that the batch touches, from all of its sessions; key: visitor_id

delete from visitors
using region
where
    visitors.visitor_id = region.visitor_id
    and not exists (
        select from first_sessions where first_sessions.visitor_id = region.visitor_id
    );

insert into visitors
select
    totals.visitor_id,
    latest.user_id,
    first_sessions.session_id,
    totals.first_seen_at,
    totals.last_seen_at,
    initial.channel,
    totals.sessions,
    totals.events,
    totals.page_views
from (
    select
        sessions.visitor_id,
        min(sessions.started_at) as first_seen_at,
        max(sessions.ended_at) as last_seen_at,
        count(*) as sessions,
        sum(sessions.events) as events,
        sum(sessions.page_views) as page_views
    from region
    join sessions on sessions.visitor_id = region.visitor_id
    group by sessions.visitor_id
) as totals
join first_sessions on first_sessions.visitor_id = totals.visitor_id
join sessions as initial on initial.session_id = first_sessions.session_id
cross join lateral (
    select user_id
    from sessions
    where sessions.visitor_id = totals.visitor_id
    order by started_at desc, session_id desc
    limit 1
) as latest
on conflict (visitor_id) do update set
    user_id = excluded.user_id,
    first_session_id = excluded.first_session_id,
    first_seen_at = excluded.first_seen_at,
    last_seen_at = excluded.last_seen_at,
    first_channel = excluded.first_channel,
    sessions = excluded.sessions,
    events = excluded.events,
    page_views = excluded.page_views;
