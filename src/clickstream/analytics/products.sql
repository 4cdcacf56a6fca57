-- grain: one row a product, brand or category and currency, and one for all currencies (is_total)
-- Products go by the attributes that they were last named with.

with measured as (
    {measured}
),

attributes as (
    select * from products
)

select
    {keys},
    currency,
    grouping(currency) = 1 as is_total,
    sum(impressions)::bigint as impressions,
    sum(views)::bigint as views,
    sum(carts)::bigint as carts,
    sum(orders)::bigint as orders,
    sum(quantity)::bigint as quantity,
    sum(revenue) as revenue
from measured
left join attributes using (product_id)
where {line_filters}
group by grouping sets (({grouped}, currency), ({grouped}))
