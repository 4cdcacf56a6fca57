-- The lines of some orders. · key: order_id, product_id
select order_id, product_id, name, category, brand, price, discount_price, quantity
from order_items
where order_id = any (%(order_ids)s)
order by order_id, product_id;
