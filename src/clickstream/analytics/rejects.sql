-- grain: one row a reason for which lines are in quarantine; key: reason

select
    reason,
    count(*) as lines,
    count(distinct object_key) as objects,
    min(coalesce(received_at, quarantined_at)) as first_at,
    max(coalesce(received_at, quarantined_at)) as last_at,
    (array_agg(message order by quarantined_at desc, object_key, object_line))[1] as example
from quarantine
where
    coalesce(received_at, quarantined_at) >= {start}
    and coalesce(received_at, quarantined_at) < {end}
group by reason
order by lines desc, reason
