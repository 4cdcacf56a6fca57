delete from cart_items where cart_id = %(cart_id)s and product_id = %(product_id)s;
