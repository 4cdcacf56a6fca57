-- grain: one row a day, step of the checkout funnel and kind of traffic
-- Sessions by the day of their first event that came at least as far as the step: 1 view_item,
-- 2 add_to_cart, 3 begin_checkout, 4 purchase.

select
    day, step::smallint as step, is_bot, is_internal, sum(sign) as sessions
from changed_sessions
cross join lateral generate_series(1, funnel_step) as step
group by day, step, is_bot, is_internal
