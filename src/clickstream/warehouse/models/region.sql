-- grain: one row a visitor that the batch touches; key: visitor_id
-- The span to read again reaches from the session in which the first touched event falls (or that
-- ends at most 30 minutes before it) to the last of the sessions that follow the last touched
-- event without a longer gap. What lies outside cannot change but for its visitor's first visit.

insert into region
with recursive touched as (
    select visitor_id, event_timestamp from stage
    union all
    select visitor_id, event_timestamp from gone
),

hulls as materialized (
    select visitor_id, min(event_timestamp) as from_at, max(event_timestamp) as to_at
    from touched
    group by visitor_id
),

reach as (
    select visitor_id, to_at from hulls
    union all
    select reach.visitor_id, following.ended_at
    from reach
    cross join lateral (
        select ended_at
        from sessions
        where
            sessions.visitor_id = reach.visitor_id
            and sessions.started_at <= reach.to_at + interval '30 minutes'
        order by started_at desc, session_id desc
        limit 1
    ) as following
    where following.ended_at > reach.to_at
),

reached as (
    select visitor_id, max(to_at) as to_at from reach group by visitor_id
)

select
    hulls.visitor_id,
    row_number() over (),
    coalesce(previous.started_at, hulls.from_at),
    coalesce(previous.session_id, ''),
    reached.to_at,
    case when previous.spell_started_at < previous.started_at then previous.spell_started_at end,
    case
        when previous.spell_started_at < previous.started_at then (
            select spell_user_id
            from sessions
            where
                sessions.visitor_id = hulls.visitor_id
                and (sessions.started_at, sessions.session_id)
                < (previous.started_at, previous.session_id)
            order by started_at desc, session_id desc
            limit 1
        )
    end,
    (
        select true from sessions where sessions.visitor_id = hulls.visitor_id limit 1
    ) is not null
from hulls
join reached on reached.visitor_id = hulls.visitor_id
left join lateral (
    select started_at, ended_at, session_id, spell_started_at
    from sessions
    where
        sessions.visitor_id = hulls.visitor_id
        and sessions.started_at < hulls.from_at
    order by started_at desc, session_id desc
    limit 1
) as previous on previous.ended_at >= hulls.from_at - interval '30 minutes';
