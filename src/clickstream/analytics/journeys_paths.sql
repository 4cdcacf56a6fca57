-- grain: one row a path: the nodes that sessions came through, in order, up to the length
-- Sessions whose first node shown falls in the range.

{steps},

paths as (
    select
        session_id,
        min(event_timestamp) as started_at,
        array_agg(node order by event_timestamp, event_id) as path
    from steps
    where position between {from_position} and {to_position}
    group by session_id
)

select path, count(*) as sessions
from paths
where started_at >= {start} and started_at < {end}
group by 1
order by 2 desc, 1
limit {paths}
