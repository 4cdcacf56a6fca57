-- grain: one row a pair of nodes and position, a pair at any position, a node, or a path (part)
-- A pair is dated by its first node; the rest of a session, behind the length, has no position. A
-- session drops off at the node that is its last.

{steps},

names as (
    select number, node from ranked
    union all
    select 0, {other}
),

-- at a place, a session has one pair; anywhere, it may have the same one several times
visits as materialized (
    select
        session, node, next_node,
        count(*) as times,
        sum(seconds) as seconds,
        bool_or(is_last) as is_last
    from steps
    where is_within
    group by 1, 2, 3
),

pairs as (
    select
        'pair' as part, node, next_node, position,
        count(*) as sessions, count(*) as times, sum(seconds) / count(*) as mean_seconds
    from steps
    where is_within and next_node is not null and abs(position) <= {reach}
    group by 2, 3, 4
    union all
    select
        'behind', node, next_node, null,
        count(distinct session), count(*), sum(seconds) / count(*)
    from steps
    where is_within and next_node is not null and abs(position) > {reach}
    group by 2, 3
    union all
    select
        'anywhere', node, next_node, null, count(*), sum(times), sum(seconds) / sum(times)
    from visits
    where next_node is not null
    group by 2, 3
),

ways as (
    select array_agg(node order by position) as path
    from steps
    where position between {from_position} and {to_position}
    group by session
    having min(event_timestamp) >= {start} and min(event_timestamp) < {end}
),

top_ways as (
    select path, count(*) as sessions
    from ways
    group by 1
    order by 2 desc, 1
    limit {paths}
)

select
    part, here.node, following.node as next_node, position, null::text[] as path,
    sessions, times, null::bigint as drop_offs, mean_seconds
from pairs
join names as here on here.number = pairs.node
join names as following on following.number = pairs.next_node
union all
select 'node', names.node, null, null, null, nodes.sessions, nodes.times, nodes.drop_offs, null
from (
    select
        node,
        count(distinct session) as sessions,
        sum(times)::bigint as times,
        coalesce(sum(times) filter (where next_node is null and not is_last), 0)::bigint
            as drop_offs
    from visits
    group by 1
) as nodes
join names on names.number = nodes.node
union all
select
    'path', null, null, null,
    array(
        select names.node
        from unnest(path) with ordinality as one (number, place)
        join names on names.number = one.number
        order by place
    ),
    sessions, null, null, null
from top_ways
