-- grain: one row a product and currency (null: none); key: product_id, currency
-- What the ETL added up by day, for the kinds of traffic that count.

select
    d.product_id,
    nullif(d.currency, 'XXX') as currency,
    sum(d.impressions)::bigint as impressions,
    sum(d.views)::bigint as views,
    sum(d.carts)::bigint as carts,
    sum(d.orders)::bigint as orders,
    sum(d.quantity)::bigint as quantity,
    sum(d.revenue) as revenue
from daily_products d
where d.day between {first} and {last} and {traffic}
group by 1, 2
