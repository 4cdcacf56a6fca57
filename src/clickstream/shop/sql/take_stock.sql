-- Lessens the stock only where there is enough: the row is locked and looked at in one statement.
update inventory set on_hand = on_hand - %(quantity)s, updated_at = now()
where product_id = %(product_id)s and on_hand >= %(quantity)s;
