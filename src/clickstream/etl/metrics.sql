-- grain: one row; what the ETL and the warehouse say of themselves, for Prometheus

with latest as (
    select started_at, finished_at, status
    from etl_runs
    order by started_at desc
    limit 1
),

checked as (
    select jsonb_object_agg(status, checks) as checks
    from (
        select status, count(*) as checks
        from quality_results
        where run_id = (select run_id from quality_results order by checked_at desc limit 1)
        group by status
    ) as counted
)

select
    (select extract(epoch from started_at) from latest)::float8 as last_run,
    (
        select extract(epoch from max(finished_at))
        from etl_runs
        where status = 'succeeded'
    )::float8 as last_success,
    (
        select extract(epoch from finished_at - started_at) from latest
    )::float8 as last_duration,
    (select (status = 'failed')::int from latest) as last_failed,
    (
        select jsonb_object_agg(status, runs)
        from (
            select status, count(*) as runs from etl_runs where lines > 0 or status = 'failed'
            group by status
        ) as counted
    ) as runs,
    (select coalesce(sum(greatest(events, 0)), 0)::bigint from etl_runs) as events,
    (select coalesce(sum(duplicates), 0)::bigint from etl_runs) as duplicates,
    (select coalesce(sum(lines), 0)::bigint from etl_runs) as lines,
    (select coalesce(sum(objects), 0)::bigint from etl_runs) as objects,
    (select coalesce(sum(bytes), 0)::bigint from etl_runs) as bytes,
    (
        select jsonb_object_agg(reason, total)
        from (
            select reason, sum(count::bigint) as total
            from etl_runs cross join jsonb_each_text(rejections) as refused (reason, count)
            group by reason
        ) as counted
    ) as rejected,
    (
        select jsonb_object_agg(reason, lines)
        from (select reason, count(*) as lines from quarantine group by reason) as counted
    ) as quarantined,
    (select extract(epoch from max(event_timestamp)) from events)::float8 as last_event,
    (select coalesce(sum(events), 0)::bigint from daily_metrics) as stored_events,
    (select coalesce(sum(sessions), 0)::bigint from daily_metrics) as stored_sessions,
    pg_database_size(current_database()) as size,
    (select checks from checked) as checks,
    (
        select count(*) from anomalies where detected_at > %(now)s::timestamptz - interval '24 hours'
    ) as anomalies
