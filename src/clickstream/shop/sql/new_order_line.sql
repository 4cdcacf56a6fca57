insert into order_items (
    order_id, product_id, name, category, brand, price, discount_price, quantity
) values (
    %(order_id)s, %(product_id)s, %(name)s, %(category)s, %(brand)s, %(price)s,
    %(discount_price)s, %(quantity)s
);
