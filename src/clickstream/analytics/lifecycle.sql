-- grain: one row a period and state; key: period, state
-- A visitor is dormant in the period after one in which it was active, if it was not active then.

with active as (
    select s.visitor_id, {period} as period, bool_or(s.is_first_visit) as is_new
    from {sessions}
    where {during} and {traffic} and {filters}
    group by 1, 2
),

neighbours as (
    select
        active.*,
        lag(period) over visitor as previous,
        lead(period) over visitor as following
    from active
    window visitor as (partition by visitor_id order by period)
)

select
    period,
    case
        when is_new then 'new'
        when previous = period - {step} then 'returning'
        else 'resurrected'
    end as state,
    count(*) as visitors
from neighbours
group by 1, 2
union all
select (period + {step})::date, 'dormant', count(*)
from neighbours
where following is distinct from period + {step}
group by 1
