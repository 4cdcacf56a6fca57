-- What tells of the events in `gone` besides the tables that are made of them: orders as the shop's
-- own books have them, and what checks gave as examples. A shop's own check may show anything of
-- anybody, by no id that could be looked for: all examples go, and the next check gives new ones.

delete from {shop_orders} as shop_orders
using orders, gone
where shop_orders.order_id = orders.order_id and orders.event_id = gone.event_id;

update {quality_results}
set examples = null, message = split_part(message, ':', 1) || ' (the examples went with an erasure)'
where
    status <> 'passed' and examples is not null
    and exists (select from gone)
