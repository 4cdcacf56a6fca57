-- What the quality room keeps: each watched period with what was expected of it, what explains an
-- anomaly and when it was told of, what events look like, and what a failed check found.

create table watched_periods (
    -- grain: one row a metric, value of its dimension, interval and period that was judged
    metric text not null,
    dimension text not null,
    value text not null,
    period_interval text not null check (period_interval in ('hour', 'day')),
    period timestamptz not null,
    observed double precision,
    -- how many things it is made of: itself for counts, the sessions of a rate, the orders of money
    weight double precision not null,
    expected double precision,
    lower double precision,
    upper double precision,
    score real not null,
    judged_at timestamptz not null,
    primary key (metric, dimension, value, period_interval, period)
);
create index watched_periods_by_time on watched_periods (period_interval, period);

alter table anomalies
    add column explained_by text,
    add column explained_value text,
    -- of the distance to what was expected, the share that this value brings
    add column explained_share real,
    add column notified_at timestamptz;
create index anomalies_by_time on anomalies (period);

create table event_shapes (
    -- grain: one row an event name, property (empty: the event itself) and type of its value
    event_name text collate "C" not null,
    property text collate "C" not null,
    json_type text not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    days integer not null,
    primary key (event_name, property, json_type)
);

alter table quality_results
    add column table_name text,
    add column advice text,
    add column examples text[];
create index quality_results_by_time on quality_results (checked_at);

grant select, insert, update, delete on watched_periods, event_shapes to clickstream_etl;
grant select on watched_periods, event_shapes to clickstream_reader;
