-- grain: one row a period that was read: how many events the whole shop had then, to find late ones

update watched_periods as judged
set shop_events = counted.events
from (
    select
        case
            when %(grain)s = 'hour' then hour
            else day::timestamp at time zone %(zone)s
        end as period,
        sum(events) as events
    from (
        select hour, null::date as day, events, is_bot, is_internal
        from hourly_metrics
        where %(grain)s = 'hour' and hour between %(first)s and %(last)s
        union all
        select null, day, events, is_bot, is_internal
        from daily_metrics
        where
            %(grain)s = 'day'
            and day between (%(first)s at time zone %(zone)s)::date
            and (%(last)s at time zone %(zone)s)::date
    ) as aggregates
    where not is_bot and not is_internal
    group by 1
) as counted
where
    judged.metric = 'events' and judged.dimension = '' and judged.value = ''
    and judged.period_interval = %(grain)s and judged.period = counted.period;
