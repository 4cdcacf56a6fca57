-- Adds the lines of one cart to those of another; a line never exceeds the most of one thing.
insert into cart_items (cart_id, product_id, quantity, added_at)
select %(into)s, product_id, quantity, added_at from cart_items where cart_id = %(from)s
on conflict (cart_id, product_id) do update
    set quantity = least(cart_items.quantity + excluded.quantity, %(most)s);
