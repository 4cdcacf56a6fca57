-- grain: one row a privilege on the live schema's tables and views that the fresh one's lack
-- grantee is null where it is everybody.

with grants as (
    select
        nspname, relname, grantee, privilege_type as privilege, is_grantable
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    cross join lateral aclexplode(relacl)
    where relkind in ('r', 'p', 'v', 'm') and grantee <> relowner
    union all
    select nspname, null, grantee, privilege_type, is_grantable
    from pg_namespace
    cross join lateral aclexplode(nspacl)
    where grantee <> nspowner
),

missing as (
    select relname, grantee, privilege, is_grantable from grants where nspname = %(live)s
    except
    select relname, grantee, privilege, is_grantable from grants where nspname = %(fresh)s
)

select missing.relname, pg_roles.rolname as grantee, missing.privilege, missing.is_grantable
from missing
left join pg_roles on pg_roles.oid = missing.grantee
