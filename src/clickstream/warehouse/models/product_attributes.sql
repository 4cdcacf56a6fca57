-- grain: one row a product and attribute: the latest value by (event_timestamp, event_id, position)
-- Where the event that said it is gone, none said it later: the stored events are looked through
-- backwards from there, and no further than to the latest of the batch that says it.

delete from product_attributes as stored
using orphaned_attributes as orphaned
where stored.product_id = orphaned.product_id and stored.attribute = orphaned.attribute;

with spans as (
    select
        product_id,
        max(case when product_name is not null then event_timestamp end) as name_at,
        max(case when product_category is not null then event_timestamp end) as category_at,
        max(case when product_brand is not null then event_timestamp end) as brand_at,
        max(case when price is not null then event_timestamp end) as price_at,
        max(case when discount_price is not null then event_timestamp end) as discount_price_at
    from fresh_lines
    group by product_id
),

lines as (
    -- of each product, no line before the latest of the attribute that was said least recently
    select
        fresh_lines.event_timestamp, stage.event_id, fresh_lines.position, fresh_lines.product_id,
        fresh_lines.product_name, fresh_lines.product_category, fresh_lines.product_brand,
        fresh_lines.price, fresh_lines.discount_price
    from spans
    join fresh_lines
        on fresh_lines.product_id = spans.product_id
        and fresh_lines.event_timestamp
        >= least(name_at, category_at, brand_at, price_at, discount_price_at)
    join stage on stage.row = fresh_lines.row
    union all
    select
        latest.event_timestamp, latest.event_id, latest.position, orphaned.product_id,
        latest.product_name, latest.product_category, latest.product_brand, latest.price,
        latest.discount_price
    from orphaned_attributes as orphaned
    left join spans on spans.product_id = orphaned.product_id
    cross join lateral (
        select events.event_timestamp, events.event_id, said.*
        from events
        cross join lateral (
            select position, product_name, product_category, product_brand, price, discount_price
            from event_lines
            where
                event_lines.event_id = events.event_id
                and event_lines.product_id = orphaned.product_id
                and case orphaned.attribute
                    when 'name' then product_name is not null
                    when 'category' then product_category is not null
                    when 'brand' then product_brand is not null
                    when 'price' then price is not null
                    else discount_price is not null
                end
            offset 0
        ) as said
        where
            (events.item_count > 0 or events.product_id = orphaned.product_id)
            and events.event_timestamp <= orphaned.event_timestamp
            and events.event_timestamp >= coalesce(
                case orphaned.attribute
                    when 'name' then spans.name_at
                    when 'category' then spans.category_at
                    when 'brand' then spans.brand_at
                    when 'price' then spans.price_at
                    else spans.discount_price_at
                end,
                '-infinity'
            )
        order by events.event_timestamp desc, events.event_id desc, said.position desc
        limit 1
    ) as latest
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
