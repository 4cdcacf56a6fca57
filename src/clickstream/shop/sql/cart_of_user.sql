-- at most one row
select id::text from carts where user_id = %(user_id)s for update;
