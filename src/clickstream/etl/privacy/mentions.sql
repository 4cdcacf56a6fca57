-- What tells of the events in `gone` besides the tables that are made of them: orders as the shop's
-- own books have them, and what a failed check gave as an example.

delete from {shop_orders} as shop_orders
using orders, gone
where shop_orders.order_id = orders.order_id and orders.event_id = gone.event_id;

with told as (
    select event_id as id from gone
    union
    select visitor_id from gone
    union
    select events.user_id from gone join events on events.event_id = gone.event_id
    union
    select orders.order_id from gone join orders on orders.event_id = gone.event_id
)

update {quality_results} as results
set examples = null, message = 'the examples were of a person who was erased'
where
    results.examples is not null
    and exists (
        select from told where told.id <> '' and strpos(results.message, told.id) > 0
    )
