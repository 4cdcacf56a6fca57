-- grain: one row an event that meets a step, stands between steps or is excluded; key: event_id

select
    e.{unit} as unit,
    e.event_timestamp,
    e.event_id,
    (extract(epoch from e.event_timestamp) * 1000000)::bigint as at,
    {dimension} as dimension,
    {is_excluded} as is_excluded,
    {steps}
from {events}
where
    e.event_timestamp >= {start} and e.event_timestamp < {end}
    and {traffic} and {session_filters} and {unit_filter}
    and {narrowed} and {is_relevant}
