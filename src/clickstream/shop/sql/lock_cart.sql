-- A cart that this person may order from, held until the transaction ends. · at most one row
select id::text from carts
where id = %(cart_id)s and (user_id is null or user_id = %(user_id)s)
for update;
