-- A product by id or slug. · at most one row
select
    products.id, slug, products.name, category_id as category, brands.name as brand,
    price, discount_price, currency, coalesce(on_hand, 0) as on_hand, description, specs
from products
join brands on brands.id = brand_id
left join inventory on product_id = products.id
where is_active and %(name)s in (products.id, slug);
