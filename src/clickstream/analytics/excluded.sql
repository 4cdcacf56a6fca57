-- grain: one row a kind of traffic that is flagged; key: is_bot, is_internal
-- Sessions that began in the range, and all their events.

select s.is_bot, s.is_internal, count(*) as sessions, sum(s.events)::bigint as events
from sessions s
where {during} and (s.is_bot or s.is_internal)
group by 1, 2
