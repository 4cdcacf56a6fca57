insert into cart_items (cart_id, product_id, quantity)
values (%(cart_id)s, %(product_id)s, %(quantity)s)
on conflict (cart_id, product_id) do update set quantity = excluded.quantity;
