-- A cart of nobody's, held until the transaction ends. · at most one row
select id::text from carts where id = %(cart_id)s and user_id is null for update;
