-- grain: one row a day, step and kind of traffic whose aggregate differs from its sessions

with counted as (
    select
        (started_at at time zone %(zone)s)::date as day, step::smallint as step, is_bot,
        is_internal, count(*) as sessions
    from sessions
    cross join lateral generate_series(1, funnel_step) as step
    group by 1, 2, 3, 4
)

select
    day || ' step ' || step as key,
    coalesce(counted.sessions, 0)::text as expected,
    coalesce(stored.sessions, 0)::text as found
from daily_funnel as stored
full join counted using (day, step, is_bot, is_internal)
where stored.sessions is distinct from counted.sessions
