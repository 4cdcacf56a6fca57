-- grain: one row: the visitors of the range, bots and internal traffic left out
-- A visitor whose first or last event lies in the range was there; of those who were seen before and
-- after it, an event is looked for. Visitors with a flagged session near the range are counted by
-- their other sessions.

with flagged as materialized (
    select distinct s.visitor_id
    from sessions s
    where
        s.started_at >= {earliest} and s.started_at < {end} and (s.is_bot or s.is_internal)
),

plain as (
    select count(*) as visitors
    from visitors v
    where
        v.first_seen_at < {end} and v.last_seen_at >= {start}
        and not exists (select from flagged where flagged.visitor_id = v.visitor_id)
        and (
            v.first_seen_at >= {start}
            or v.last_seen_at < {end}
            or exists (
                select from events e
                where
                    e.visitor_id = v.visitor_id
                    and e.event_timestamp >= {start} and e.event_timestamp < {end}
            )
        )
),

mixed as (
    select count(*) as visitors
    from flagged
    cross join lateral (
        select 1
        from sessions s
        where
            s.visitor_id = flagged.visitor_id
            and s.started_at >= {earliest} and s.started_at < {end} and s.ended_at >= {start}
            and not (s.is_bot or s.is_internal)
            and (
                (s.started_at >= {start} or s.ended_at < {end})
                or exists (
                    select from events e
                    where
                        e.visitor_id = s.visitor_id and e.session_id = s.session_id
                        and e.event_timestamp >= {start} and e.event_timestamp < {end}
                )
            )
        limit 1
    ) as other
)

select null::date as period, null::text as dimension, plain.visitors + mixed.visitors as visitors
from plain
cross join mixed
