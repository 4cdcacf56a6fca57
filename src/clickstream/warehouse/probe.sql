-- What a server says of itself: one row, of this connection.

select
    current_setting('server_version') as version,
    current_database() as database,
    current_user as "user",
    current_setting('server_encoding') as encoding,
    pg_database_size(current_database()) as size_bytes,
    coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as has_tls
