"""Backups of a database in S3, and the way back.

`backup.py save` streams a dump into the bucket, whose name appears once it is complete.
`backup.py list` prints what there is, oldest first.
`backup.py restore [KEY]` fills a fresh database from a dump (the latest) and puts it in the place
of the present one, which stays beside it as `…_before` until the next restore.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import IO

import obstore
import psycopg
from obstore.store import S3Store
from psycopg import sql

CHUNK = 8 * 1024 * 1024


class BackupError(Exception):
    """A dump or a restore that did not come to its end; what stood before still stands."""


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    match arguments:
        case ["save"]:
            print(save(environment, datetime.now(UTC)))
        case ["list"]:
            print("\n".join(keys(environment)))
        case ["restore", *named] if len(named) < 2:
            print(restore(environment, *named))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def save(environment: Mapping[str, str], now: datetime) -> str:
    """The key under which a dump of the database now lies."""
    key = f"{environment['HOST_DATABASE']}/{now:%Y/%m/%d/%H%M%S}.dump"
    command = [program("pg_dump", environment), "--format=custom", "--compress=6", "--no-password"]
    with subprocess.Popen(
        [*command, target(environment, environment["HOST_DATABASE"])], stdout=subprocess.PIPE
    ) as dump:
        obstore.put(bucket(environment), key, whole(dump), use_multipart=True, chunk_size=CHUNK)
    return key


def whole(dump: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The dump's bytes. Raises at their end when it failed, so that no half of one is kept."""
    stream: IO[bytes] | None = dump.stdout
    while stream and (chunk := stream.read(CHUNK)):
        yield chunk
    if dump.wait() != 0:
        raise BackupError(f"pg_dump ended with status {dump.returncode}; nothing was saved")


def keys(environment: Mapping[str, str]) -> list[str]:
    """Every dump of this database, oldest first."""
    prefix = f"{environment['HOST_DATABASE']}/"
    pages = obstore.list(bucket(environment), prefix)
    return sorted(entry["path"] for page in pages for entry in page)


def restore(environment: Mapping[str, str], key: str | None = None) -> str:
    """The key that was restored. Readers see the old database until the new one is whole."""
    known = keys(environment)
    if key not in (known if key else known[-1:]) and (key or not known):
        raise BackupError(f"there is no backup {key or ''} in {environment['HOST_BACKUPS']}")
    chosen, name = key or known[-1], environment["HOST_DATABASE"]
    fresh = f"{name}_restoring"
    with psycopg.connect(target(environment, "postgres"), autocommit=True) as admin:
        drop(admin, fresh)
        statement = sql.SQL("create database {} owner clickstream template template0")
        admin.execute(statement.format(sql.Identifier(fresh)))
        fill(environment, chosen, fresh)
        exchange(admin, name, fresh)
    return chosen


def fill(environment: Mapping[str, str], key: str, database: str) -> None:
    command = [program("pg_restore", environment), "--exit-on-error", "--no-password", "--dbname"]
    body = obstore.get(bucket(environment), key).stream(min_chunk_size=CHUNK)
    with subprocess.Popen(
        [*command, target(environment, database)], stdin=subprocess.PIPE
    ) as restoring:
        assert restoring.stdin  # noqa: S101 - it was asked for
        for chunk in body:
            restoring.stdin.write(chunk)
        restoring.stdin.close()
        if restoring.wait() != 0:
            raise BackupError(f"pg_restore ended with status {restoring.returncode}")


def exchange(admin: psycopg.Connection, name: str, fresh: str) -> None:
    """Put the fresh database in the place of the present one, in a moment."""
    old = f"{name}_before"
    drop(admin, old)
    admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
    )
    rename = sql.SQL("alter database {} rename to {}")
    admin.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
    admin.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
    copy_grants = sql.SQL("grant connect, temporary on database {} to {}")
    admin.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    for role in ("clickstream_dashboard", os.environ["HOST_LOGIN"]):
        admin.execute(copy_grants.format(sql.Identifier(name), sql.Identifier(role)))


def drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def bucket(environment: Mapping[str, str]) -> S3Store:
    return S3Store(environment["HOST_BACKUPS"], client_options={"allow_http": True})


def target(environment: Mapping[str, str], database: str) -> str:
    return f"host={environment['HOST_SOCKET']} user=postgres dbname={database}"


def program(name: str, environment: Mapping[str, str]) -> str:
    return os.path.join(environment.get("PGBIN", "/usr/bin"), name)  # noqa: PTH118


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:], os.environ))
    except BackupError as error:
        print(f"backup: {error}", file=sys.stderr)
        sys.exit(1)
