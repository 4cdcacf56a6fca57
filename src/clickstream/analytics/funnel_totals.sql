-- grain: one row a step, value of the dimension and period; key: step, dimension, period
-- Units by the furthest step that they reached, the time that each step took them, and for the last
-- step all times from the first.

with matched as materialized (
    {matched}
),

-- those who never met the second step need no chain of steps
climbers as materialized (
    select distinct unit from matched where {is_second}
),

-- events in the order in which steps are taken: by instant, then as the order of the funnel says
climbing as (
    select
        matched.*,
        row_number() over (
            partition by unit order by event_timestamp, {tie}, event_id
        ) as position
    from matched
    where unit in (select unit from climbers)
),

{chains},

attempts as (
    {attempts}
),

reached as (
    -- one row a unit: the start that reaches furthest, of equal ones the earliest
    (
        select distinct on (unit) unit, dimension, {period} as period, level, times
        from attempts
        where started_at >= {start} and started_at < {end}
        order by unit, level desc, position
    )
    union all
    {shallow}
)

select
    step,
    dimension,
    period,
    count(*) as count,
    percentile_cont(0.5) within group (order by times[step] - times[step - 1])
        filter (where step > 1) / 1000000.0 as median_seconds_from_previous,
    avg(times[step] - times[step - 1])
        filter (where step > 1) / 1000000.0 as mean_seconds_from_previous,
    array_agg((times[{number}] - times[1]) / 1000000.0)
        filter (where step > 1 and step = {number}) as seconds
from reached
cross join lateral generate_series(1, level) as step
group by 1, 2, 3
order by 1, 2, 3
