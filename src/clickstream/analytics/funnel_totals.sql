-- grain: one row a step, value of the dimension and period; key: step, dimension, period
-- Units by the furthest step that they reached, and the time that each step took them.

with {chains},

attempts as (
    {attempts}
),

reached as (
    -- one row a unit: the start that reaches furthest, of equal ones the earliest
    select distinct on (unit) unit, dimension, {period} as period, level, times
    from attempts
    where started_at >= {start} and started_at < {end}
    order by unit, level desc, position
)

select
    step,
    reached.dimension,
    reached.period,
    count(*) filter (where level >= step) as count,
    percentile_cont(0.5) within group (order by times[step] - times[step - 1])
        filter (where step > 1 and level >= step) / 1000000.0 as median_seconds_from_previous,
    avg(times[step] - times[step - 1])
        filter (where step > 1 and level >= step) / 1000000.0 as mean_seconds_from_previous
from reached
cross join generate_series(1, {number}) as step
group by 1, 2, 3
order by 1, 2, 3
