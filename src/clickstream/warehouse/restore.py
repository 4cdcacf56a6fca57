"""A warehouse from a backup, made beside the live one and put in its place in one transaction."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import sql

from clickstream.errors import WarehouseError
from clickstream.warehouse.backup import Manifest, TableBackup
from clickstream.warehouse.exchange import BOOKS, DERIVED, FRESH, KEPT, LIVE, drop_others
from clickstream.warehouse.migrate import MIGRATIONS, migrate, read_migrations

PIECE: Final = 1024 * 1024


def fill_fresh(
    connection: psycopg.Connection,
    path: Path,
    manifest: Manifest,
    *,
    on_table: Callable[[str], None] = lambda _name: None,
) -> None:
    """Make the second schema with what a backup holds of the lake's tables and their books.

    It is made by the migrations that the backup was made with, filled, and migrated to this
    version. The connection is the schema owner's. Raises `WarehouseError` where the backup is
    damaged, or a newer version's; the live tables are as they were.
    """
    drop_others(connection)
    with _as_it_was(manifest) as folder:
        migrate(connection, folder=folder, schema=FRESH)
    with zipfile.ZipFile(path) as archive:
        for table in (*DERIVED, *BOOKS):
            if table in manifest.tables:
                on_table(table)
                connection.execute(sql.SQL("delete from {}").format(sql.Identifier(FRESH, table)))
                target = sql.Identifier(FRESH, table)
                _copy_in(connection, archive, table, manifest.tables[table], target)
    migrate(connection, schema=FRESH)


def add_history(connection: psycopg.Connection, path: Path, manifest: Manifest) -> None:
    """Add to the live tables what no lake can tell again: runs, checks, anomalies.

    What is there already stays as it is.
    """
    with zipfile.ZipFile(path) as archive, connection.transaction():
        for table in KEPT:
            if table not in manifest.tables:
                continue
            live, held = sql.Identifier(LIVE, table), sql.Identifier("pg_temp", f"held_{table}")
            columns = sql.SQL(", ").join(map(sql.Identifier, manifest.tables[table].columns))
            connection.execute(
                sql.SQL("create temp table {} (like {} including defaults) on commit drop").format(
                    sql.Identifier(f"held_{table}"), live
                )
            )
            _copy_in(connection, archive, table, manifest.tables[table], held)
            connection.execute(
                sql.SQL("insert into {} ({}) select {} from {} on conflict do nothing").format(
                    live, columns, columns, held
                )
            )


def is_empty(connection: psycopg.Connection) -> bool:
    """Whether nothing was ever loaded into the live tables."""
    row = connection.execute(
        sql.SQL("select exists (select from {})").format(sql.Identifier(LIVE, "etl_objects"))
    ).fetchone()
    return row == (False,)


@contextmanager
def _as_it_was(manifest: Manifest) -> Iterator[Path]:
    """A folder with the migrations of a backup alone, for the length of a block."""
    known = {one.name for one in read_migrations(MIGRATIONS)}
    newer = sorted(set(manifest.migrations) - known)
    if newer:
        raise WarehouseError(
            f"The backup was made by a newer version of clickstream, which has the migration "
            f"{newer[0]}. Upgrade clickstream, and restore again."
        )
    with tempfile.TemporaryDirectory(prefix="clickstream-restore-") as folder:
        for name in manifest.migrations:
            shutil.copy(MIGRATIONS / name, folder)
        yield Path(folder)


def _copy_in(
    connection: psycopg.Connection,
    archive: zipfile.ZipFile,
    table: str,
    said: TableBackup,
    target: sql.Identifier,
) -> None:
    digest = hashlib.sha256()
    statement = sql.SQL("copy {} ({}) from stdin").format(
        target, sql.SQL(", ").join(map(sql.Identifier, said.columns))
    )
    try:
        with archive.open(f"{table}.copy") as member, connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for piece in _pieces(member):
                    digest.update(piece)
                    copy.write(piece)
            rows = cursor.rowcount
    except (KeyError, zipfile.BadZipFile, psycopg.DataError, OSError) as error:
        raise _damaged(archive, table, str(error)) from error
    if (rows, digest.hexdigest()) != (said.rows, said.sha256):
        raise _damaged(archive, table, f"{rows} rows instead of {said.rows}, or others")


def _pieces(member: IO[bytes]) -> Iterator[bytes]:
    while piece := member.read(PIECE):
        yield piece


def _damaged(archive: zipfile.ZipFile, table: str, what: str) -> WarehouseError:
    return WarehouseError(
        f"The backup {archive.filename} is damaged: {table}: {what}. Nothing was restored; take "
        "another backup, or make the warehouse from the lake with `clickstream rebuild`."
    )
