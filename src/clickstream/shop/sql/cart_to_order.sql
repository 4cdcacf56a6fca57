-- A cart's lines at today's prices, in the order in which stock is taken. · key: product_id
select
    product_id, products.name, category_id as category, brands.name as brand,
    price, discount_price, quantity
from cart_items
join products on products.id = product_id
join brands on brands.id = brand_id
where cart_id = %(cart_id)s
order by product_id;
