-- grain: one row a run of the ETL; key: run_id

select
    run_id::text as run_id,
    started_at,
    finished_at,
    extract(epoch from coalesce(finished_at, {now}) - started_at)::double precision as seconds,
    status,
    objects,
    bytes,
    lines,
    events,
    duplicates,
    rejected,
    rejections,
    coerced,
    last_event_at,
    error
from etl_runs
where started_at >= {start} and started_at < {end}
order by started_at desc, run_id
{limit}
