"""A backup of the warehouse: one file with every table as it was at one instant.

A zip archive of PostgreSQL's own text format (`copy … to stdout`), a member a table, and a manifest
that says which migrations made the tables and what each member must hold. So it can be read by any
server and version, wherever it was made, and needs no program of PostgreSQL's. The ETL and readers
go on meanwhile.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Final

import msgspec
import psycopg
from msgspec import Struct
from psycopg import sql

from clickstream.errors import WarehouseError
from clickstream.warehouse.exchange import BOOKS, DERIVED, KEPT, LIVE

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
NAME: Final = "warehouse-%Y%m%dT%H%M%SZ.zip"
PATTERN: Final = "warehouse-*Z.zip"
MADE_ANEW: Final = frozenset({"schema_migrations"})
TABLES: Final = tuple(name for name in (*DERIVED, *KEPT, *BOOKS) if name not in MADE_ANEW)


class TableBackup(Struct, frozen=True):
    """One table: its columns in the order of the member's, its rows and its bytes' digest."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup holds, and of when."""

    format: int
    taken_at: datetime
    server: str
    migrations: tuple[str, ...]
    tables: dict[str, TableBackup]


def back_up(
    connection: psycopg.Connection,
    folder: Path,
    *,
    now: datetime,
    on_table: Callable[[str], None] = lambda _name: None,
) -> Path:
    """The file of a new backup, complete once it has its name. The connection only reads.

    What it holds is one snapshot. Only its owner may read it: it has the shop's people in it.
    """
    path = folder / now.strftime(NAME)
    unfinished = folder / f".{path.name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _private(unfinished) as file:
            _write(connection, file, now, on_table)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"Could not write the backup {path}: {error}. Make room, or name another folder."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def read_manifest(path: Path) -> Manifest:
    """What a backup says that it holds; `WarehouseError` where it is none, or a newer version's."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise WarehouseError(f"{path} is no whole backup of a warehouse: {error}") from error
    if manifest.format != FORMAT:
        raise WarehouseError(
            f"{path} has the format {manifest.format}, and this version reads {FORMAT}. "
            "Restore it with the version that made it."
        )
    return manifest


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the latest first."""
    return sorted(folder.glob(PATTERN), reverse=True)


def taken_at(path: Path) -> datetime:
    """When a backup was taken, by its name."""
    return datetime.strptime(path.name, NAME).replace(tzinfo=UTC)


def remove_expired(folder: Path, *, before: datetime) -> list[Path]:
    """Remove the backups taken before an instant, but for the latest of all; which they were."""
    expired = [path for path in backups_in(folder)[1:] if taken_at(path) < before]
    for path in expired:
        path.unlink(missing_ok=True)
    return expired


def age_of_latest(folder: Path, *, now: datetime) -> timedelta | None:
    """How old the latest backup is; None where there is none."""
    latest = next(iter(backups_in(folder)), None)
    return now - taken_at(latest) if latest else None


def columns_of(connection: psycopg.Connection, schema: str, table: str) -> tuple[str, ...]:
    """The columns that are written, in order: not those that follow from others."""
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped and attgenerated = '' order by attnum",
        (sql.Identifier(schema, table).as_string(),),
    )
    return tuple(str(row[0]) for row in rows)


def _write(
    connection: psycopg.Connection,
    file: IO[bytes],
    now: datetime,
    on_table: Callable[[str], None],
) -> None:
    tables: dict[str, TableBackup] = {}
    with (
        connection.transaction(),
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local statement_timeout = 0")
        names = connection.execute(
            sql.SQL("select name from {} order by name").format(
                sql.Identifier(LIVE, "schema_migrations")
            )
        ).fetchall()
        for table in TABLES:
            on_table(table)
            columns = columns_of(connection, LIVE, table)
            with archive.open(f"{table}.copy", "w", force_zip64=True) as member:
                rows, digest = _copy_out(connection, table, columns, member)
            tables[table] = TableBackup(columns, rows, digest)
        version = connection.info.parameter_status("server_version") or ""
        migrations = tuple(str(name[0]) for name in names)
        manifest = Manifest(FORMAT, now, version, migrations, tables)
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


def _copy_out(
    connection: psycopg.Connection, table: str, columns: Sequence[str], member: IO[bytes]
) -> tuple[int, str]:
    """Write a table's rows into a member; how many they are, and the digest of their bytes."""
    digest = hashlib.sha256()
    statement = sql.SQL("copy {} ({}) to stdout").format(
        sql.Identifier(LIVE, table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for chunk in copy:
                member.write(chunk)
                digest.update(chunk)
        return cursor.rowcount, digest.hexdigest()


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
