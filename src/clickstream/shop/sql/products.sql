-- The first products that match. · grain: one row per product · key: id
select
    products.id, slug, products.name, category_id as category, brands.name as brand,
    price, discount_price, currency, coalesce(on_hand, 0) as on_hand
from products
join brands on brands.id = brand_id
left join inventory on product_id = products.id
where is_active
    and (%(category)s::text is null or category_id = %(category)s)
    and (%(brand)s::text is null or brand_id = %(brand)s)
    and (not %(in_stock)s or on_hand > 0)
    and search_text like all (%(patterns)s::text[])
order by
    case %(sort)s
        when 'popular' then -popularity
        when 'cheapest' then asked
        when 'dearest' then -asked
    end,
    case when %(sort)s = 'name' then products.name end,
    products.id
limit %(limit)s;
