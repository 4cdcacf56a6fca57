-- grain: one row a product and attribute whose latest value was said by an event that goes

insert into orphaned_attributes
select stored.product_id, stored.attribute, stored.event_timestamp
from (
    select distinct gone.event_id, lines.product_id
    from gone
    cross join lateral (
        select product_id from event_lines where event_lines.event_id = gone.event_id offset 0
    ) as lines
) as said
join product_attributes as stored
    on stored.product_id = said.product_id and stored.event_id = said.event_id;
