-- grain: one row a check, its latest result; key: check_name

select distinct on (check_name)
    check_name,
    status,
    checked_at,
    observed,
    expected,
    message,
    table_name,
    examples,
    advice
from quality_results
order by check_name, checked_at desc, run_id
