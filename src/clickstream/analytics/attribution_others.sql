-- grain: one row a path without an order; key: path
-- A person's sessions in the range after its last order before the range's end.

with latest as (
    select {person} as person, max(o.ordered_at) as ordered_at
    from orders o
    join sessions s on s.session_id = o.session_id
    where o.ordered_at < {end} and {order_traffic}
    group by 1
),

paths as (
    select
        {person} as person,
        array_agg({dimension} order by s.started_at, s.session_id) as path
    from {sessions}
    left join latest on latest.person = {person}
    where
        {started_during} and {session_traffic} and {session_filters}
        and (latest.ordered_at is null or s.started_at > latest.ordered_at)
    group by 1
)

select path, count(*) as persons
from paths
group by 1
