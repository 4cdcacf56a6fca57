-- grain: one row a cohort and number of periods after it; key: cohort, number
-- How many of the cohort were active in that period, and for how many it was their last.

with cohorts as (
    {cohorts}
),

active as (
    {active}
),

places as (
    select
        cohorts.cohort,
        cohorts.unit,
        {number} as number,
        {last_number} as last_number
    from cohorts
    join active on active.unit = cohorts.unit and active.period >= cohorts.cohort
)

select
    cohort,
    number,
    count(*) as retained,
    count(*) filter (where number = last_number) as ended
from places
group by 1, 2
order by 1, 2
