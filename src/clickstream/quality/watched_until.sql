-- grain: one row: the last period that was judged, and the first whose events changed since
-- Changes wait for a while, so that late events are looked at together. A few hundred rows of the
-- aggregates tell them, which count the whole shop; so do judged periods, whatever filters there are.

with counted as (
    select
        case
            when %(grain)s = 'hour' then hour
            else day::timestamp at time zone %(zone)s
        end as period,
        sum(events) as events
    from (
        select hour, null::date as day, events, is_bot, is_internal
        from hourly_metrics
        where %(grain)s = 'hour' and hour between %(oldest)s and %(last)s
        union all
        select null, day, events, is_bot, is_internal
        from daily_metrics
        where
            %(grain)s = 'day'
            and day between (%(oldest)s at time zone %(zone)s)::date
            and (%(last)s at time zone %(zone)s)::date
    ) as aggregates
    where not is_bot and not is_internal
    group by 1
),

judged as (
    select period, shop_events, judged_at
    from watched_periods
    where
        metric = 'events' and dimension = '' and value = '' and filters = %(filters)s
        and period_interval = %(grain)s and period between %(oldest)s and %(last)s
)

select
    (select max(period) from judged) as judged_until,
    min(counted.period) as changed_from
from counted
left join judged on judged.period = counted.period
where
    counted.events <> coalesce(judged.shop_events, 0)
    and counted.period <= (select max(period) from judged)
    and %(now)s - (select max(judged_at) from judged) >= %(pause)s;
