-- grain: one row a unit that reached the last step; key: unit

with {chains},

attempts as (
    {attempts}
),

reached as (
    select distinct on (unit) unit, level, times
    from attempts
    where started_at >= {start} and started_at < {end}
    order by unit, level desc, position
)

select (times[{number}] - times[1]) / 1000000.0 as seconds
from reached
where level = {number}
order by 1
