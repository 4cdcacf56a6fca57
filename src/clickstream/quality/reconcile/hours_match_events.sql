-- grain: one row an hour and kind of traffic whose aggregate differs from its events

select
    coalesce(stored.hour, counted.hour)::text as key,
    coalesce(counted.events, 0) || ' events, ' || coalesce(counted.page_views, 0)
        || ' page views' as expected,
    coalesce(stored.events, 0) || ' events, ' || coalesce(stored.page_views, 0)
        || ' page views' as found
from (
    select hour, is_bot, is_internal, events, page_views
    from hourly_metrics
    where hour >= date_trunc('hour', %(since)s::timestamptz)
        and (events <> 0 or page_views <> 0)
) as stored
full join (
    select
        date_trunc('hour', event_timestamp) as hour, is_bot, is_internal,
        count(*) as events,
        sum(case when action = 'page_view' then 1 else 0 end) as page_views
    from events
    where event_timestamp >= date_trunc('hour', %(since)s::timestamptz)
    group by 1, 2, 3
) as counted
    on counted.hour = stored.hour
    and counted.is_bot = stored.is_bot
    and counted.is_internal = stored.is_internal
where
    (stored.events, stored.page_views) is distinct from (counted.events, counted.page_views)
