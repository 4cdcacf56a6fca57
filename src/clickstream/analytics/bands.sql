-- grain: one row a metric, value of a dimension, interval and period that was watched

select
    metric,
    nullif(dimension, '') as dimension,
    nullif(value, '') as value,
    period_interval as interval,
    period,
    observed,
    expected,
    lower,
    upper,
    score
from watched_periods
where period >= {start} and period < {end} and {is_interval} and {is_metric}
order by period, metric, dimension, value
{limit}
