-- grain: one row a period; key: period
-- What the ETL added up by day, for the kinds of traffic that count. Visitors are right where the
-- period is a day and the traffic of one kind.

select
    {period} as period,
    null::text as dimension,
    sum(d.events)::bigint as events,
    sum(d.page_views)::bigint as page_views,
    sum(d.engagement_time_ms)::bigint as engagement_time_ms,
    sum(d.sessions)::bigint as sessions,
    sum(d.engaged_sessions)::bigint as engaged_sessions,
    sum(d.sessions - d.engaged_sessions)::bigint as bounces,
    sum(d.first_visits)::bigint as new_visitors,
    sum(d.duration_ms)::bigint as duration_ms{visitors}
from daily_metrics d
where d.day between {first} and {last} and {traffic}
group by 1
