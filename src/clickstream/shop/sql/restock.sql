-- Gives an order's goods back to the stock, locking it in the order in which buyers do.
with given_back as materialized (
    select inventory.product_id, quantity
    from inventory
    join order_items on order_items.product_id = inventory.product_id
    where order_id = %(id)s
    order by inventory.product_id
    for update of inventory
)
update inventory set on_hand = on_hand + quantity, updated_at = now()
from given_back
where given_back.product_id = inventory.product_id;
