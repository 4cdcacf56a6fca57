-- grain: one row a period that stands out; one that was told of stays told of

insert into anomalies (
    metric, dimension, value, period_interval, period, observed, expected, lower, upper, score,
    detected_at, explained_by, explained_value, explained_share
)
values (
    %(metric)s, %(dimension)s, %(value)s, %(grain)s, %(period)s, %(observed)s, %(expected)s,
    %(lower)s, %(upper)s, %(score)s, %(now)s, %(explained_by)s, %(explained_value)s,
    %(explained_share)s
)
on conflict (metric, dimension, value, period_interval, period) do update set
    observed = excluded.observed, expected = excluded.expected, lower = excluded.lower,
    upper = excluded.upper, score = excluded.score, explained_by = excluded.explained_by,
    explained_value = excluded.explained_value, explained_share = excluded.explained_share;
