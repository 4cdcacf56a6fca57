-- A person's orders, the latest first; one of them where an id or a key is given. · key: id
select
    orders.id, status, currency, goods, shipping, tax, value, shipping_tier, payment_type,
    placed_at, refunded_at, recipient, phone, street, district, city, request_hash
from orders
join users on users.id = orders.user_id
join addresses on addresses.id = address_id
where sub = %(sub)s
    and (%(id)s::text is null or orders.id = %(id)s)
    and (%(key)s::text is null or idempotency_key = %(key)s)
order by placed_at desc, orders.id;
