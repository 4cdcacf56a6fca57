-- Gives each session its user: its own, else the visitor's latest earlier one, else the first
-- later one. Only visitors that ever signed in are read.

with signed_in as (
    select visitor_id from new_sessions where own_user_id is not null
    union
    select visitor_id from old_sessions where own_user_id is not null
    union
    select region.visitor_id
    from region
    where exists (select from identities where identities.visitor_id = region.visitor_id)
),

ordered as (
    select
        sessions.session_id, sessions.visitor_id, sessions.own_user_id, sessions.started_at,
        count(sessions.own_user_id) over (
            partition by sessions.visitor_id order by sessions.started_at, sessions.session_id
            rows unbounded preceding
        ) as sign_ins
    from sessions
    join signed_in on signed_in.visitor_id = sessions.visitor_id
),

claimed as (
    select
        session_id,
        coalesce(
            max(own_user_id) over (partition by visitor_id, sign_ins),
            max(case when sign_ins = 1 then own_user_id end) over (partition by visitor_id)
        ) as user_id
    from ordered
)

update sessions set user_id = claimed.user_id
from claimed
where
    sessions.session_id = claimed.session_id
    and sessions.user_id is distinct from claimed.user_id;

delete from identities
using region
where identities.visitor_id = region.visitor_id;

insert into identities
select
    sessions.visitor_id, sessions.own_user_id, min(sessions.started_at), max(sessions.ended_at),
    count(*)
from region
join sessions on sessions.visitor_id = region.visitor_id
where sessions.own_user_id is not null
group by sessions.visitor_id, sessions.own_user_id;
