-- grain: one row; how far the warehouse is

with latest as (
    select run_id, started_at, finished_at, status, error
    from etl_runs
    order by started_at desc
    limit 1
),

loading as (
    select run_id, finished_at
    from etl_runs
    where events <> 0 and finished_at is not null
    order by started_at desc
    limit 1
)

select
    concat_ws(':', (select run_id from loading), (select version from data_version)) as version,
    (select finished_at from loading) as loaded_at,
    (select max(event_timestamp) from events) as last_event_at,
    (select coalesce(sum(events), 0)::bigint from daily_metrics) as events,
    (select count(*) from quarantine) as quarantined,
    latest.started_at as last_run_at,
    latest.status as last_run_status,
    latest.error as last_run_error
from (select 1) as one
left join latest on true
