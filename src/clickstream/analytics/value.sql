-- grain: one row a person and currency that it ordered in; key: person, currency
-- A person's orders of one day are one transaction; days are the report's. What falls after the
-- calibration is counted apart.

with bought as (
    select
        {person} as person,
        o.currency,
        {day} as day,
        o.ordered_at < {calibrated_until} as is_calibrated,
        count(*) as orders,
        sum(o.value) as value
    from {orders}
    where {during} and {traffic} and {session_filters} and {event_filters}
    group by 1, 2, 3, 4
),

dated as (
    select
        bought.*,
        min(day) over (partition by person, currency) as first_day
    from bought
)

select
    person,
    currency,
    first_day,
    max(day) filter (where is_calibrated) as last_day,
    (count(*) filter (where is_calibrated))::integer - 1 as frequency,
    max(day) filter (where is_calibrated) - first_day as recency_days,
    {calibration_day} - first_day as age_days,
    sum(orders) filter (where is_calibrated)::bigint as orders,
    sum(value) filter (where is_calibrated)::float8 as revenue,
    coalesce(sum(value) filter (where is_calibrated and day > first_day), 0)::float8
        as repeat_revenue,
    (count(*) filter (where not is_calibrated))::integer as later_transactions
from dated
group by person, currency, first_day
having bool_or(is_calibrated)
