-- One row: bytes of all databases of the server of which this session may know.
select coalesce(sum(pg_database_size(oid)), 0)::bigint as bytes
from pg_database
where has_database_privilege(oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage')
