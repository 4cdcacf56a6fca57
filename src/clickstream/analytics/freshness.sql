-- grain: one row; how far the warehouse is: its latest load, and the latest that changed rows

select
    (
        select finished_at
        from etl_runs
        where status in ('succeeded', 'stopped')
        order by started_at desc
        limit 1
    ) as loaded_at,
    (
        select run_id::text || ':' || events
        from etl_runs
        where events > 0
        order by started_at desc
        limit 1
    ) as version,
    exists (select from events) as has_events
