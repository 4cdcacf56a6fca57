-- grain: one row a check and run; key: run_id, check_name

insert into quality_results (
    run_id, check_name, checked_at, status, observed, expected, message, table_name, advice,
    examples
)
values (
    %(run_id)s, %(name)s, %(now)s, %(status)s, %(found)s, %(expected)s, %(message)s, %(table)s,
    %(advice)s, %(examples)s
)
on conflict (run_id, check_name) do update set
    checked_at = excluded.checked_at, status = excluded.status, observed = excluded.observed,
    expected = excluded.expected, message = excluded.message, table_name = excluded.table_name,
    advice = excluded.advice, examples = excluded.examples;
