-- grain: one row if of late more than one line in twenty was refused

select
    'the last day' as key, 'at most 5 %% of lines' as expected,
    refused || ' of ' || lines || ' lines' as found
from (
    select sum(rejected) as refused, sum(lines) as lines
    from etl_runs
    where started_at >= %(now)s::timestamptz - interval '1 day'
) as runs
where lines >= 100 and refused > lines * 0.05
