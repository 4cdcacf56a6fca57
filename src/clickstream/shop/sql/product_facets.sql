-- How many products match, and the brands of those that match but for their brand. · one row
select
    count(*) filter (where %(brand)s::text is null or brand_id = %(brand)s) as total,
    coalesce(array_agg(distinct brands.name order by brands.name), '{}') as brands
from products
join brands on brands.id = brand_id
left join inventory on product_id = products.id
where is_active
    and (%(category)s::text is null or category_id = %(category)s)
    and (not %(in_stock)s or on_hand > 0)
    and search_text like all (%(patterns)s::text[]);
