-- at most one row
select id::text from carts where id = %(cart_id)s;
