-- grain: one row; what is known of the shop's own orders

select
    count(*) as orders,
    min(ordered_at) as first_at,
    max(ordered_at) as last_at
from shop_orders
