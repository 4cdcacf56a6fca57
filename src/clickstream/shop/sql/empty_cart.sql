delete from cart_items where cart_id = %(cart_id)s;
