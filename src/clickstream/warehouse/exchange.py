"""A second schema beside the live one, and its putting in the live one's place.

Readers go on: what they began ends on the old tables, what they ask next is answered by the new.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from clickstream.errors import WarehouseError
from clickstream.warehouse.load import AGGREGATES
from clickstream.warehouse.migrate import SCHEMA, migrate

LIVE: Final = SCHEMA
FRESH: Final = "clickstream_rebuild"
OLD: Final = "clickstream_old"
ROOM: Final = Path(__file__).parent

DERIVED: Final = {
    "events": {"loaded_at"},
    "event_items": set[str](),
    "sessions": set[str](),
    "visitors": set[str](),
    "identities": set[str](),
    "orders": set[str](),
    "refunds": set[str](),
    "product_attributes": set[str](),
    **{name: set[str]() for name in AGGREGATES},
    "quarantine": {"run_id", "quarantined_at"},
    "etl_objects": {"run_id", "loaded_at"},
}
"""What the lake makes, and the columns in which the same lake may give something else."""
KEPT: Final = (
    "etl_runs",
    "quality_results",
    "anomalies",
    "watched_periods",
    "event_shapes",
    "spend",
    "shop_orders",
    "erasures_done",
)
"""What no lake can tell again: it stays, and moves into the new schema as it is."""
BOOKS: Final = (
    "schema_migrations",
    "warehouse_settings",
    "etl_discoveries",
    "data_version",
    "kept_results",
    "session_details",
    "stale_sessions",
)
"""What is written anew with the new schema."""

LOCK_MILLISECONDS: Final = 500
"""How long readers may wait behind us; less than PostgreSQL's deadlock_timeout of a second, so
that none of them is ever the one to be cancelled."""
ATTEMPTS: Final = 600
PAUSE_SECONDS: Final = 1.0


@contextmanager
def inside(connection: psycopg.Connection, schema: str) -> Iterator[None]:
    """Let unqualified names mean a schema's tables, for the length of a block."""
    _enter(connection, schema)
    try:
        yield
    finally:
        if not (connection.closed or connection.broken):
            _enter(connection, LIVE)


def become_owner(connection: psycopg.Connection) -> None:
    """Take on the role that owns the live schema; `WarehouseError` where that is not allowed."""
    row = connection.execute(
        "select owner.rolname, pg_has_role(current_user, owner.oid, 'MEMBER'),"
        " has_database_privilege(owner.oid, current_database(), 'CREATE'), current_user"
        " from pg_namespace join pg_roles as owner on owner.oid = nspowner where nspname = %s",
        [LIVE],
    ).fetchone()
    if row is None:
        raise WarehouseError(f"The schema {LIVE} does not exist. Run `clickstream migrate`.")
    owner, is_member, may_create, user = row
    if not (is_member and may_create):
        raise WarehouseError(
            f"A rebuild makes a schema and exchanges it with {LIVE}, which the user {user!r} may "
            f"not: give CLICKSTREAM_WAREHOUSE_URL the user {owner!r}, who owns it, and let that "
            "user create in the database."
        )
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(owner)))


def make_fresh(connection: psycopg.Connection) -> None:
    """Make the second schema, empty, in the live one's shape; what a killed rebuild left is gone.

    Raises `WarehouseError` where somebody's own views or tables would be lost in an exchange.
    """
    drop_others(connection)
    migrate(connection, schema=FRESH)
    adopt_grants(connection)


def adopt_grants(connection: psycopg.Connection) -> None:
    """Let everybody do with the second schema what they may do with the live one."""
    _refuse_strangers(connection)
    for relation, grantee, privilege, is_grantable in _missing_grants(connection):
        connection.execute(_grant(relation, grantee, privilege, is_grantable=is_grantable))


def analyze(connection: psycopg.Connection, schema: str) -> None:
    """Let the planner know what a schema's tables hold."""
    for name in table_names(connection, schema):
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, name)))


def drop_others(connection: psycopg.Connection) -> None:
    """Drop the second schema and the one that was exchanged, where they are."""
    for schema in (FRESH, OLD):
        connection.execute(
            sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
        )


def exchange(connection: psycopg.Connection, *, wait: Callable[[float], None] = time.sleep) -> None:
    """Put the second schema in the live one's place, in one transaction; the old one is dropped.

    It waits for the readers at work, half a second at a time, so that others never queue up
    behind it for longer.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with connection.transaction():
                _lock_out_readers(connection)
                _refuse_strangers(connection)
                _swap(connection)
        except psycopg.errors.LockNotAvailable:
            wait(PAUSE_SECONDS)
            continue
        drop_others(connection)
        return
    raise WarehouseError(
        f"Readers were at work on the warehouse without a pause for {ATTEMPTS} attempts, so that "
        "the rebuilt tables could not take its place; it is as it was. Rebuild at a quieter time."
    )


def _lock_out_readers(connection: psycopg.Connection) -> None:
    tables = sql.SQL(", ").join(
        sql.Identifier(LIVE, name) for name in table_names(connection, LIVE)
    )
    # Readers do not mind this one; it is autovacuum that makes way for it, within a second.
    connection.execute(sql.SQL("lock table {} in share update exclusive mode").format(tables))
    connection.execute(
        sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_MILLISECONDS))
    )
    connection.execute(sql.SQL("lock table {} in access exclusive mode").format(tables))


def _swap(connection: psycopg.Connection) -> None:
    live, fresh = (
        connection.execute(
            sql.SQL("select name, checksum from {} order by name").format(
                sql.Identifier(schema, "schema_migrations")
            )
        ).fetchall()
        for schema in (LIVE, FRESH)
    )
    if live != fresh:
        raise WarehouseError("The warehouse was migrated during the rebuild. Rebuild again.")
    runs = [sql.Identifier(schema, "etl_runs") for schema in (LIVE, FRESH)]
    connection.execute(sql.SQL("insert into {} select * from {}").format(*runs))
    for name in KEPT:
        table, empty = sql.Identifier(LIVE, name), sql.Identifier(FRESH, name)
        connection.execute(sql.SQL("drop table {}").format(empty))
        # Moved rather than copied, so that a reader whose snapshot is older still finds the rows.
        connection.execute(
            sql.SQL("alter table {} set schema {}").format(table, sql.Identifier(FRESH))
        )
    for before, after in ((LIVE, OLD), (FRESH, LIVE)):
        connection.execute(
            sql.SQL("alter schema {} rename to {}").format(
                sql.Identifier(before), sql.Identifier(after)
            )
        )


def _refuse_strangers(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        (ROOM / "strangers.sql").read_bytes(), {"live": LIVE, "fresh": FRESH}
    ).fetchall()
    names = [str(row[0]) for row in rows]
    if names:
        raise WarehouseError(
            f"A rebuild exchanges the tables of {LIVE}, and would cut off {', '.join(names)}, "
            "which use them or lie beside them. Drop these first, and make them again afterwards."
        )


def _missing_grants(
    connection: psycopg.Connection,
) -> list[tuple[str | None, str | None, LiteralString, bool]]:
    return connection.execute(
        (ROOM / "grants.sql").read_bytes(), {"live": LIVE, "fresh": FRESH}
    ).fetchall()


def _grant(
    relation: str | None, grantee: str | None, privilege: LiteralString, *, is_grantable: bool
) -> sql.Composed:
    return sql.SQL("grant {} on {} to {}{}").format(
        sql.SQL(privilege),
        sql.SQL("schema {}").format(sql.Identifier(FRESH))
        if relation is None
        else sql.Identifier(FRESH, relation),
        sql.SQL("public") if grantee is None else sql.Identifier(grantee),
        sql.SQL(" with grant option" if is_grantable else ""),
    )


def table_names(connection: psycopg.Connection, schema: str) -> list[str]:
    """The names of a schema's tables."""
    rows = connection.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace"
        " and relkind in ('r', 'p') order by relname",
        [schema],
    )
    return [str(row[0]) for row in rows]


def _enter(connection: psycopg.Connection, schema: str) -> None:
    connection.execute(sql.SQL("set search_path = {}").format(sql.Identifier(schema)))
