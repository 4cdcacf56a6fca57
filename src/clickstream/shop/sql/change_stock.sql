-- Changes the stock of a product, unless that would leave less than none. · at most one row
update inventory set on_hand = on_hand + %(change)s, updated_at = now()
where product_id = %(product_id)s and on_hand + %(change)s >= 0
returning product_id, on_hand, updated_at;
