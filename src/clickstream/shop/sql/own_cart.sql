update carts set user_id = %(user_id)s, updated_at = now() where id = %(cart_id)s;
