-- grain: one row a pair of nodes, one directly after the other, and position of the first of them
-- Dated by the first of the two. The rest of a session, behind the length, has no position.

{steps},

pairs as (
    select
        steps.*,
        case when abs(position) <= {reach} then position end as shown
    from steps
    where
        next_node is not null and event_timestamp >= {start} and event_timestamp < {end}
)

select
    node as from_node,
    next_node as to_node,
    shown as position,
    grouping(shown) = 1 as is_total,
    count(distinct session_id) as sessions,
    count(*) as transitions,
    avg(seconds)::float8 as mean_seconds
from pairs
group by grouping sets ((1, 2, 3), (1, 2))
order by 6 desc, 1, 2, 3
