-- What can be sold of a product. · at most one row
select product_id, on_hand, updated_at from inventory where product_id = %(product_id)s;
