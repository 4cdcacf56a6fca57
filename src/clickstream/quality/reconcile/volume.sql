-- grain: one row if the last whole day had unusually many or few rows, for its day of the week
-- {least} and {most} are shares of the mean of the same weekday in the four weeks before.

with days as (
    select ({time} at time zone %(zone)s)::date as day, count(*) as rows
    from {table} as t
    where
        {scope}
        and {time} >= %(now)s::timestamptz - interval '30 days'
    group by 1
),

last_day as (
    select (%(now)s::timestamptz at time zone %(zone)s)::date - 1 as day
),

compared as (
    select
        last_day.day,
        coalesce((select rows from days where days.day = last_day.day), 0) as rows,
        avg(days.rows) as usual,
        count(*) as weeks
    from last_day
    join days
        on days.day < last_day.day and (last_day.day - days.day) %% 7 = 0
    group by last_day.day
)

select day::text as key, 'about ' || round(usual) as expected, rows::text as found
from compared
where
    weeks >= 2 and usual >= {least_volume}
    and not rows between usual * {least} and usual * {most}
