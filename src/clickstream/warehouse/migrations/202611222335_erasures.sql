-- Which entries of the lake's list of erasures this warehouse has carried out: one that was
-- restored, by whatever means, carries out the rest before it is loaded again.

create table erasures_done (
    -- grain: one row an erasure; key: erasure_id
    erasure_id uuid primary key,
    done_at timestamptz not null
);

grant select, insert, update, delete on erasures_done to clickstream_etl;
grant select on erasures_done to clickstream_reader;
