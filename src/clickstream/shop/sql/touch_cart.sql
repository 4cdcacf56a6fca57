update carts set updated_at = now() where id = %(cart_id)s;
