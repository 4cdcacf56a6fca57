-- What reports ask by default is asked after each load, and the rows are kept until the next change.

create table data_version (
    -- grain: one row: how often what reports read was changed (none: never)
    is_only boolean primary key default true check (is_only),
    version bigint not null,
    -- until when no rows are kept, so that keeping them takes a small part of the time
    rest_until timestamptz
);

create table kept_results (
    -- grain: one row a query whose rows are kept; key: question, the digest of its text and values
    question bytea primary key,
    -- the state of the data that they tell; of another state they are not read
    version bigint not null,
    report text not null,
    seconds real not null,
    rows bytea not null
);

grant select, insert, update, delete on data_version, kept_results to clickstream_etl;
grant select on data_version, kept_results to clickstream_reader;
