-- grain: one row; what the warehouse says of itself

select
    (select value from warehouse_settings where key = 'timezone') as timezone,
    (
        select finished_at
        from etl_runs
        where status in ('succeeded', 'stopped')
        order by started_at desc
        limit 1
    ) as loaded_at,
    (select max(event_timestamp) from events) as last_event_at,
    exists (select from session_details) and not exists (select from stale_sessions)
        as has_details
