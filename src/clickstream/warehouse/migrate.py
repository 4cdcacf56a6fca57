"""Bring the warehouse's schema to what this version of the code expects."""

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from clickstream.errors import WarehouseError
from clickstream.warehouse.connect import ROLES, Role

ROOM = Path(__file__).parent
MIGRATIONS = ROOM / "migrations"
SCHEMA = "clickstream"
# How a migration names the schema, where it has to; its tables it finds by the search path.
SCHEMA_NAME = re.compile(rf"\bschema {SCHEMA}\b")
FILE_NAME = re.compile(r"\d{12}_[a-z0-9_]+\.sql")

# How long a migration waits for a table before it lets those go on who queue up behind it, and how
# often it tries: twenty minutes in all, in which an ETL is between two of its slices.
LOCK_MILLISECONDS = 500
ATTEMPTS = 1200
PAUSE_SECONDS = 0.5

# The advisory lock of migrations; any number serves that no other part of the platform takes.
LOCK = 0x636C_6B6D


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A dated SQL file; its name orders it, its checksum tells whether it was changed since."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrate(
    connection: psycopg.Connection, *, folder: Path = MIGRATIONS, schema: str = SCHEMA
) -> list[str]:
    """The names of the migrations applied now, in order; none when the schema is up to date.

    Each file is one transaction with its row in ``schema_migrations``: it is applied wholly or not
    at all, and once, however many processes migrate. The connection's user owns the database, or
    may create in it; it becomes a member of both roles. A rebuild makes a second ``schema``.
    """
    files = read_migrations(folder)
    applied: list[str] = []
    with _autocommit(connection):
        _make_roles(connection)
        while name := _apply_patiently(connection, files, schema):
            applied.append(name)
    return applied


def pending(connection: psycopg.Connection, *, folder: Path = MIGRATIONS) -> list[str]:
    """The names of the migrations that are still to be applied, in order."""
    files = read_migrations(folder)
    with _autocommit(connection), connection.transaction():
        return [one.name for one in _missing(files, _recorded(connection, SCHEMA))]


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations of a folder, oldest first."""
    paths = sorted(folder.glob("*.sql"))
    for path in paths:
        if not FILE_NAME.fullmatch(path.name):
            raise WarehouseError(
                f"The migration {path} must be named YYYYMMDDHHMM_what_it_does.sql. Rename it."
            )
    return [Migration(name=path.name, text=path.read_text(encoding="utf-8")) for path in paths]


def _apply_patiently(
    connection: psycopg.Connection, files: list[Migration], schema: str
) -> str | None:
    """Apply the first file that is missing, between what the ETL and readers do; its name."""
    for _attempt in range(ATTEMPTS):
        try:
            return _apply_next(connection, files, schema)
        except psycopg.errors.LockNotAvailable:
            time.sleep(PAUSE_SECONDS)
    raise WarehouseError(
        "The warehouse's tables were in use without a pause, so that no migration could be "
        "applied. Stop the ETL (and whoever else uses them), and migrate again."
    )


def _apply_next(connection: psycopg.Connection, files: list[Migration], schema: str) -> str | None:
    """Apply the first file that is missing, in one transaction under the lock; its name."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        recorded = _recorded(connection, schema)
        missing = _missing(files, recorded)
        if not missing:
            return None
        if not recorded:
            _make_ledger(connection, schema)
        _apply(connection, missing[0], schema)
    return missing[0].name


def _apply(connection: psycopg.Connection, migration: Migration, schema: str) -> None:
    _enter(connection, schema)
    connection.execute(
        sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_MILLISECONDS))
    )
    try:
        connection.execute(SCHEMA_NAME.sub(f"schema {schema}", migration.text).encode())
    except psycopg.errors.LockNotAvailable:
        raise
    except psycopg.Error as error:
        raise WarehouseError(
            f"The migration {migration.name} failed, and nothing of it stays: "
            f"{_reason(error, migration)}. Mend it, and migrate again."
        ) from error
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        raise WarehouseError(
            f"The migration {migration.name} ended its transaction, so it may be applied in part. "
            "Remove its commit or rollback, and migrate a fresh database."
        )
    connection.execute(
        "insert into schema_migrations (name, checksum) values (%s, %s)",
        [migration.name, migration.checksum],
    )


def _reason(error: psycopg.Error, migration: Migration) -> str:
    """What the server objected to, and in which line of the file, on one line."""
    reason = error.diag.message_primary or str(error).strip()
    position = error.diag.statement_position
    if position is None:
        return reason
    return f"{reason} (line {migration.text[: int(position)].count(chr(10)) + 1})"


def _recorded(connection: psycopg.Connection, schema: str) -> dict[str, str]:
    """Checksum by name of what was applied; empty where nothing ever was."""
    table = sql.Identifier(schema, "schema_migrations")
    known = connection.execute("select to_regclass(%s)", [table.as_string()]).fetchone()
    if known is None or known[0] is None:
        return {}
    rows = connection.execute(sql.SQL("select name, checksum from {}").format(table))
    return {str(name): str(checksum) for name, checksum in rows}


def _missing(files: list[Migration], recorded: Mapping[str, str]) -> list[Migration]:
    known = {one.name: one for one in files}
    for name, checksum in recorded.items():
        if name not in known:
            raise WarehouseError(
                f"The warehouse was migrated by a newer version of clickstream: {name} is not "
                "among this version's migrations. Upgrade clickstream."
            )
        if known[name].checksum != checksum:
            raise WarehouseError(
                f"The migration {name} was changed after it had been applied. Restore it, and "
                "write the change as a new migration."
            )
    return [one for one in files if one.name not in recorded]


def _make_ledger(connection: psycopg.Connection, schema: str) -> None:
    found = connection.execute("select to_regnamespace(%s)", [schema]).fetchone()
    if found is None or found[0] is None:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
    _enter(connection, schema)
    connection.execute((ROOM / "schema_migrations.sql").read_bytes())


def _enter(connection: psycopg.Connection, schema: str) -> None:
    connection.execute(sql.SQL("set local search_path = {}").format(sql.Identifier(schema)))


def _make_roles(connection: psycopg.Connection) -> None:
    """Make the two group roles where they are missing, and our user a member of them.

    Roles belong to the whole server: another database's migration may make them at the same time.
    """
    for role in ROLES:
        name = sql.Identifier(role)
        try:
            if not _exists(connection, role):
                _tolerating_another(connection, sql.SQL("create role {} nologin").format(name))
            if not _may_become(connection, role):
                _tolerating_another(connection, sql.SQL("grant {} to current_user").format(name))
        except psycopg.errors.InsufficientPrivilege as error:
            raise WarehouseError(
                f"The warehouse's user {connection.info.user!r} may not make or join the role "
                f"{role} ({str(error).strip()}). Let an administrator run: create role {role} "
                f'nologin; grant {role} to "{connection.info.user}";'
            ) from error


def _exists(connection: psycopg.Connection, role: Role) -> bool:
    found = connection.execute("select from pg_roles where rolname = %s", [role])
    return found.fetchone() is not None


def _may_become(connection: psycopg.Connection, role: Role) -> bool:
    """Whether ``set role`` is ours to do; since PostgreSQL 16 membership alone does not say so."""
    kind = "SET" if connection.info.server_version >= 160000 else "MEMBER"
    found = connection.execute("select pg_has_role(current_user, %s, %s)", [role, kind]).fetchone()
    return bool(found and found[0])


def _tolerating_another(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """Run a statement that does no harm when another session has just done the same."""
    try:
        connection.execute(statement)
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return
    except psycopg.errors.InternalError as error:
        if "concurrently updated" not in str(error):
            raise


@contextmanager
def _autocommit(connection: psycopg.Connection) -> Iterator[None]:
    """Make transactions ours to begin and end; the connection must not be in one."""
    before = connection.autocommit
    connection.autocommit = True
    try:
        yield
    finally:
        if not connection.closed:
            connection.autocommit = before
