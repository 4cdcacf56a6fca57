-- grain: one row a unit that never met the second step: its first start

(
    select distinct on (unit) unit, dimension, {period}, 1, array[at]
    from matched
    where
        meets_1 and event_timestamp >= {start} and event_timestamp < {end}
        and unit not in (select unit from climbers)
    order by unit, event_timestamp, {tie}, event_id
)
