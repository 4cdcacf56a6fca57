-- grain: one row an anomaly of late that nobody was told of yet, and that now counts as told

update anomalies set notified_at = %(now)s
where notified_at is null and period >= %(since)s
returning
    metric, dimension, value, period_interval, period, observed::double precision,
    expected::double precision, score::double precision, explained_by, explained_value;
