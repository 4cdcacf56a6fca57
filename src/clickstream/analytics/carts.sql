-- grain: one row; carts whose first product was added in the range
-- A cart that is not ordered is pending until 24 hours after the last addition. Those that were over
-- before the day are abandoned; of the others, the last additions stand in undecided, so that one
-- answer serves the whole day.

with carts as (
    {runs}
)

select
    count(*) as carts,
    count(*) filter (where is_ordered) as ordered_carts,
    count(*) filter (where not is_ordered and last_at < {over}) as abandoned_carts,
    coalesce(
        array_agg(last_at order by last_at) filter (where not is_ordered and last_at >= {over}),
        '{{}}'
    ) as undecided
from carts
where opened_at >= {start} and opened_at < {end}
