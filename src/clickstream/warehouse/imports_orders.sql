-- key: order_id
-- Of one order's rows the last in the file tells how it stands.

insert into shop_orders as known (order_id, ordered_at, value, currency, status, imported_at)
select distinct on (order_id) order_id, ordered_at, value, currency, status, %(now)s
from staged
order by order_id, line desc
on conflict (order_id) do update set
    ordered_at = excluded.ordered_at,
    value = excluded.value,
    currency = excluded.currency,
    status = excluded.status,
    imported_at = excluded.imported_at
where
    (known.ordered_at, known.value, known.currency, known.status)
    is distinct from (excluded.ordered_at, excluded.value, excluded.currency, excluded.status)
