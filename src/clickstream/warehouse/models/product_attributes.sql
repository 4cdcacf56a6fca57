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
    union
    select
        events.event_timestamp, lines.event_id, lines.position, lines.product_id,
        lines.product_name, lines.product_category, lines.product_brand, lines.price,
        lines.discount_price
    from (select distinct product_id from orphaned_attributes) as orphaned
    join event_lines as lines on lines.product_id = orphaned.product_id
    join events on events.event_id = lines.event_id
),

said as (
    select product_id, event_timestamp, event_id, position, attribute, value
    from lines
    cross join lateral (
        values
            ('name', product_name),
            ('category', product_category),
            ('brand', product_brand),
            ('price', price::text),
            ('discount_price', discount_price::text)
    ) as named (attribute, value)
    where value is not null
),

latest as (
    select distinct on (product_id, attribute) *
    from said
    order by product_id, attribute, event_timestamp desc, event_id desc, position desc
)

insert into product_attributes (
    product_id, attribute, value, event_timestamp, event_id, position
)
select product_id, attribute, value, event_timestamp, event_id, position
from latest
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
