-- grain: one row a unit that never met the second step, where no more is asked than how many they are

(
    select distinct unit, null::text, null::date, 1, null::bigint[]
    from matched
    where
        meets_1 and event_timestamp >= {start} and event_timestamp < {end}
        and unit not in (select unit from climbers)
)
