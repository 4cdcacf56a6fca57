-- What has been applied: one row a migration file; key: name (the file's, which begins with its date).

create table if not exists schema_migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
);
