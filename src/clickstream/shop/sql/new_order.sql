insert into orders (
    id, user_id, address_id, idempotency_key, request_hash, currency, goods, shipping, tax, value,
    shipping_tier, payment_type
) values (
    %(id)s, %(user_id)s, %(address_id)s, %(key)s, %(request_hash)s, %(currency)s, %(goods)s,
    %(shipping)s, %(tax)s, %(value)s, %(shipping_tier)s, %(payment_type)s
);
