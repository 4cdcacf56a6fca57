-- grain: one row a metric, value of a dimension, interval and period that stood out

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
    score,
    explained_by,
    explained_value,
    explained_share,
    detected_at
from anomalies
where period >= {start} and period < {end} and {is_interval}
order by period desc, score desc, metric, dimension, value
{limit}
