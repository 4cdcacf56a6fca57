-- grain: one row a product, brand or category; key: what is grouped by
-- Carts that held it, as they are counted in carts.sql. Products go by their last attributes.

with carts as (
    {runs}
),

held as (
    select distinct on (line.product_id, carts.visitor_id, carts.opened_at)
        line.product_id, carts.visitor_id, carts.opened_at, carts.last_at, carts.is_ordered
    from carts
    cross join unnest(carts.event_ids) as member (event_id)
    join events e on e.event_id = member.event_id
    cross join lateral {lines}
    where
        line.product_id is not null
        and carts.opened_at >= {start} and carts.opened_at < {end}
),

named as (
    select distinct {keys}, visitor_id, opened_at, last_at, is_ordered
    from held
    left join products using (product_id)
    where {line_filters}
)

select
    {keys},
    count(*) as carts,
    count(*) filter (where is_ordered) as ordered_carts,
    count(*) filter (where not is_ordered and last_at + interval '24 hours' < {now})
        as abandoned_carts,
    count(*) filter (where not is_ordered and last_at + interval '24 hours' >= {now})
        as pending_carts
from named
group by {keys}
order by 4 desc, {keys}
