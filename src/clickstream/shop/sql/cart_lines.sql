-- What is in a cart, in the order in which it was put there. · grain: a product · key: id
select
    products.id, slug, products.name, category_id as category, brands.name as brand,
    price, discount_price, currency, coalesce(on_hand, 0) as on_hand, quantity
from cart_items
join products on products.id = cart_items.product_id
join brands on brands.id = brand_id
left join inventory on inventory.product_id = products.id
where cart_id = %(cart_id)s
order by added_at, products.id;
