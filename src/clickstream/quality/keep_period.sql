-- grain: one row a watched period, as it was judged last; key: all columns up to the period

insert into watched_periods (
    metric, dimension, value, period_interval, period, observed, weight, expected, lower, upper,
    score, judged_at, filters
)
values (
    %(metric)s, %(dimension)s, %(value)s, %(grain)s, %(period)s, %(observed)s, %(weight)s,
    %(expected)s, %(lower)s, %(upper)s, %(score)s, %(now)s,
    %(filters)s
)
on conflict (metric, dimension, value, period_interval, period) do update set
    observed = excluded.observed, weight = excluded.weight, expected = excluded.expected,
    lower = excluded.lower, upper = excluded.upper, score = excluded.score,
    judged_at = excluded.judged_at, filters = excluded.filters;
