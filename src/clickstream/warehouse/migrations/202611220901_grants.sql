-- Two roles: the ETL writes, the reader (the dashboard's) reads. Neither can log in by itself.

grant usage on schema clickstream to clickstream_etl, clickstream_reader;
grant select, insert, update, delete on all tables in schema clickstream to clickstream_etl;
grant select on all tables in schema clickstream to clickstream_reader;
revoke insert, update, delete on schema_migrations from clickstream_etl;
alter default privileges in schema clickstream
    grant select, insert, update, delete on tables to clickstream_etl;
alter default privileges in schema clickstream grant select on tables to clickstream_reader;
