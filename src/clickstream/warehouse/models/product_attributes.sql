-- grain: one row a product and attribute: the latest value by (event_timestamp, event_id, position)
-- Where the event that said it is gone, the latest of the others is looked up by product.

with orphaned as (
    delete from product_attributes
    using gone
    where product_attributes.event_id = gone.event_id
    returning product_attributes.product_id, product_attributes.attribute
)

insert into orphaned_attributes select product_id, attribute from orphaned;

with lines as (
    select
        event_timestamp, event_id, position, product_id, product_name, product_category,
        product_brand, price, discount_price
    from fresh_lines
    union all
    select
        events.event_timestamp, lines.event_id, lines.position, lines.product_id,
        lines.product_name, lines.product_category, lines.product_brand, lines.price,
        lines.discount_price
    from (select distinct product_id from orphaned_attributes) as orphaned
    join event_lines as lines on lines.product_id = orphaned.product_id
    join events on events.event_id = lines.event_id
),

numbered as (
    select
        lines.*, row_number() over (order by event_timestamp, event_id, position) as place
    from lines
),

latest as (
    select
        product_id,
        max(case when product_name is not null then place end) as name_place,
        max(case when product_category is not null then place end) as category_place,
        max(case when product_brand is not null then place end) as brand_place,
        max(case when price is not null then place end) as price_place,
        max(case when discount_price is not null then place end) as discount_price_place
    from numbered
    group by product_id
),

places as (
    select product_id, attribute, place
    from latest
    cross join lateral (
        values
            ('name', name_place),
            ('category', category_place),
            ('brand', brand_place),
            ('price', price_place),
            ('discount_price', discount_price_place)
    ) as named (attribute, place)
    where place is not null
)

insert into product_attributes (
    product_id, attribute, value, event_timestamp, event_id, position
)
select
    places.product_id,
    places.attribute,
    case places.attribute
        when 'name' then said.product_name
        when 'category' then said.product_category
        when 'brand' then said.product_brand
        when 'price' then said.price::text
        else said.discount_price::text
    end,
    said.event_timestamp,
    said.event_id,
    said.position
from places
join numbered as said on said.place = places.place
on conflict (product_id, attribute) do update set
    value = excluded.value,
    event_timestamp = excluded.event_timestamp,
    event_id = excluded.event_id,
    position = excluded.position
where
    (excluded.event_timestamp, excluded.event_id, excluded.position)
    > (
        product_attributes.event_timestamp, product_attributes.event_id,
        product_attributes.position
    );
