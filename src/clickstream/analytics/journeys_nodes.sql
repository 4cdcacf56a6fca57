-- grain: one row a node; key: node
-- A session drops off at the node that is its last.

{steps}

select
    node,
    count(*) as visits,
    count(distinct session_id) as sessions,
    count(*) filter (where next_node is null and not is_last) as drop_offs
from steps
where event_timestamp >= {start} and event_timestamp < {end}
group by 1
order by 3 desc, 1
