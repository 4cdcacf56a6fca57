-- grain: one row; carts whose first product was added in the range
-- A cart that is not ordered is pending until 24 hours after the last addition.

with carts as (
    {runs}
)

select
    count(*) as carts,
    count(*) filter (where is_ordered) as ordered_carts,
    count(*) filter (where not is_ordered and last_at + interval '24 hours' < {now})
        as abandoned_carts,
    count(*) filter (where not is_ordered and last_at + interval '24 hours' >= {now})
        as pending_carts
from carts
where opened_at >= {start} and opened_at < {end}
