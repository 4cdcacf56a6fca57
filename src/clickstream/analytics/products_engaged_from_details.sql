-- grain: one row a product of the sessions that lie within the range, and one of those that cross an edge
-- Of the sessions that cross an edge of the range, the events are read.

select
    product_id,
    null::text as currency,
    sum(impressions) as impressions,
    sum(views) as views,
    sum(carts) as carts,
    0::bigint as orders,
    0::bigint as quantity,
    0::numeric as revenue
from (
    select
        unnest(s.product_ids) as product_id,
        unnest(s.product_impressions) as impressions,
        unnest(s.product_views) as views,
        unnest(s.product_carts) as carts
    from {whole}
) as seen
group by 1
union all
select
    line.product_id, null,
    count(*) filter (where e.action = 'view_item_list'),
    count(*) filter (where e.action = 'view_item'),
    count(*) filter (where e.action = 'add_to_cart'),
    0, 0, 0
from (select e.* from {crossing}) as e
cross join lateral {lines}
where
    e.action in ('view_item_list', 'view_item', 'add_to_cart') and line.product_id is not null
group by line.product_id
