-- Marks a person's order as given back, unless it is already.
update orders set status = 'refunded', refunded_at = now()
from users
where orders.id = %(id)s and users.id = user_id and sub = %(sub)s and status = 'placed';
