-- How many events a run took although a field of the contract came in another type, by field.

alter table etl_runs add column coerced jsonb not null default '{}';
