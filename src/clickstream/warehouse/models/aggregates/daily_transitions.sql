-- grain: one row a day, pair of pages viewed one after the other in a session, and kind of traffic
-- The day is that of the first of the two.

select
    day, page_path as from_path, next_path as to_path, is_bot, is_internal,
    sum(sign) as transitions
from changed_pages
where next_path is not null
group by day, page_path, next_path, is_bot, is_internal
