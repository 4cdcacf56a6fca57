delete from carts where id = %(cart_id)s;
