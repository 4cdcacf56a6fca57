-- grain: one row a product line of a staged event: its items, else its product

insert into fresh_lines
select
    stage.row, stage.event_timestamp, stage.action, stage_items.position, stage_items.product_id,
    stage_items.product_name, stage_items.product_category, stage_items.product_brand,
    stage_items.price, stage_items.discount_price, coalesce(stage.currency, 'XXX')
from stage_items
join stage on stage.row = stage_items.row and stage.item_count > 0
where stage_items.product_id is not null
union all
select
    row, event_timestamp, action, 0, product_id, product_name, product_category, product_brand,
    product_price, product_discount_price, coalesce(currency, 'XXX')
from stage
where item_count = 0 and product_id is not null;
