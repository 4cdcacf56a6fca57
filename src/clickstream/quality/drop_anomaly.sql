-- A period that is ordinary after all.

delete from anomalies
where
    metric = %(metric)s and dimension = %(dimension)s and value = %(value)s
    and period_interval = %(grain)s and period = %(period)s;
