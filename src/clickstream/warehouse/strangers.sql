-- grain: one row a thing of somebody else that hangs on the live schema; key: name
-- Views and foreign keys elsewhere that use its tables, and what lies in it but in no migration.

with relations as (
    select pg_class.oid, relname, nspname, relkind
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
),

outside_views as (
    select viewed.nspname || '.' || viewed.relname as name
    from pg_depend
    join pg_rewrite on pg_rewrite.oid = pg_depend.objid
    join relations as viewed on viewed.oid = pg_rewrite.ev_class
    join relations as used on used.oid = pg_depend.refobjid
    where
        pg_depend.classid = 'pg_rewrite'::regclass
        and pg_depend.refclassid = 'pg_class'::regclass
        and used.nspname = %(live)s
        and viewed.nspname <> %(live)s
),

outside_keys as (
    select referring.nspname || '.' || referring.relname
    from pg_constraint
    join relations as referring on referring.oid = pg_constraint.conrelid
    join relations as used on used.oid = pg_constraint.confrelid
    where used.nspname = %(live)s and referring.nspname <> %(live)s
),

inside as (
    select nspname || '.' || relname
    from relations as mine
    where
        nspname = %(live)s
        and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and not exists (
            select from relations as fresh
            where fresh.nspname = %(fresh)s and fresh.relname = mine.relname
        )
)

select name from outside_views
union
select * from outside_keys
union
select * from inside
order by 1
