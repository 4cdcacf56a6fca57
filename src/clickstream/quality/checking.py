"""Running the checks: as the reader, in transactions that cannot write, each with its time."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import resources
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg import sql

from clickstream.quality.check_sql import expectation, violations
from clickstream.quality.declared import Check

logger = logging.getLogger(__name__)
Status = Literal["passed", "warned", "failed"]
READER: Final = "clickstream_reader"
SECONDS: Final = 60
"""The time that one check may take in all."""
RECENT: Final = timedelta(hours=2)
"""What a check after a load looks at."""
FULL_EVERY: Final = timedelta(days=1)
SHOWN: Final = 5
KEPT: Final = timedelta(days=90)
AGAIN: Final = timedelta(hours=1)
"""A result after a load that says what the last one said is written only so often."""
MARK: Final = "days_match_events"
"""A check that full runs alone make: by it they know when the last one was."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found: how many rows too many, some of their keys, and what to do."""

    check: str
    table: str
    status: Status
    expected: str
    found: int | None
    message: str
    examples: tuple[str, ...] = ()
    advice: str = ""


def run_checks(
    connection: psycopg.Connection,
    checks: Sequence[Check],
    *,
    run_id: UUID,
    now: datetime,
    zone: ZoneInfo,
    recent: bool = False,
) -> list[Result]:
    """The result of every check, kept in `quality_results`; with `recent`, of the cheap ones.

    On the ETL's connection, outside of a transaction. Raises `SettingsError` where a check names
    what is not there.
    """
    if not recent:
        observe_shapes(connection)
    asked = [check for check in checks if not recent or (check.time and check.kind != "volume")]
    columns = _columns(connection)
    is_member = _may_read(connection)
    values = {
        "since": (now - RECENT).isoformat() if recent else "-infinity",
        "now": now,
        "zone": zone.key,
    }
    results = [
        _run(connection, check, violations(check, columns, recent=recent), values, is_member)
        for check in asked
    ]
    _keep(connection, results, run_id=run_id, now=now, recent=recent)
    return results


def is_full_due(connection: psycopg.Connection, *, now: datetime) -> bool:
    """Whether the last run of all checks is a day old."""
    with connection.transaction():
        row = connection.execute(
            "select max(checked_at) from quality_results where check_name = %s", [MARK]
        ).fetchone()
    return row is None or row[0] is None or now - row[0] >= FULL_EVERY


def observe_shapes(connection: psycopg.Connection) -> None:
    """Note which events and properties came since the last look, and of which type."""
    with connection.transaction():
        row = connection.execute(
            "select coalesce((max(last_seen_at) - interval '2 days')::text, '-infinity')"
            " from event_shapes"
        ).fetchone()
        connection.execute(_file("shapes"), {"since": row[0] if row else "-infinity"})


def _run(
    connection: psycopg.Connection,
    check: Check,
    query: sql.Composed,
    values: Mapping[str, object],
    is_member: bool,  # noqa: FBT001 - the one thing that is known of the connection
) -> Result:
    statement = sql.SQL(
        "select key, expected, found, count(*) over () as rows from ({}) as violations limit {}"
    ).format(query, sql.Literal(SHOWN))
    try:
        with _reading(connection, is_member=is_member):
            rows = connection.execute(statement, values, prepare=False).fetchall()
    except psycopg.errors.QueryCanceled:
        message = f"took longer than {SECONDS} seconds"
        return _result(check, status="warned", found=None, message=message)
    except psycopg.Error as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        return _result(check, status="failed", found=None, message=f"could not run: {problem}")
    if not rows:
        return _result(check, status="passed", found=0, message="as expected")
    status: Status = "failed" if check.severity == "fail" else "warned"
    examples = tuple(_example(row) for row in rows)
    message = f"{rows[0][3]:,} row(s) too many: {'; '.join(examples)}"
    return _result(check, status=status, found=rows[0][3], message=message, examples=examples)


def _example(row: Sequence[object]) -> str:
    key, expected, found, _ = row
    key = str(key)[:200]
    if expected is not None:
        return f"{key}: expected {expected}, found {found}"
    return key if found is None else f"{key}: {found}"


def _result(
    check: Check, *, status: Status, found: int | None, message: str, examples: tuple[str, ...] = ()
) -> Result:
    return Result(
        check=check.name, table=check.table, status=status, expected=expectation(check),
        found=found, message=message, examples=examples,
        advice="" if status == "passed" else check.advice,
    )  # fmt: skip


@contextmanager
def _reading(connection: psycopg.Connection, *, is_member: bool) -> Iterator[None]:
    """A transaction that cannot write, as the role that cannot either, and that ends in time."""
    with connection.transaction():
        connection.execute("set transaction read only")
        connection.execute(f"set local statement_timeout = '{SECONDS}s'")
        if is_member:
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(READER)))
        yield


def _may_read(connection: psycopg.Connection) -> bool:
    """Whether the session's user may take on the reader's role."""
    with connection.transaction():
        row = connection.execute(
            "select pg_has_role(session_user, %s, 'MEMBER')", [READER]
        ).fetchone()
    return bool(row and row[0])


def _columns(connection: psycopg.Connection) -> dict[str, frozenset[str]]:
    """The tables and views of the warehouse, with their columns."""
    with connection.transaction():
        rows = connection.execute(
            "select table_name::text, array_agg(column_name::text)"
            " from information_schema.columns where table_schema = current_schema()"
            " group by table_name"
        ).fetchall()
    return {table: frozenset(names) for table, names in rows}


def _keep(
    connection: psycopg.Connection,
    results: Sequence[Result],
    *,
    run_id: UUID,
    now: datetime,
    recent: bool,
) -> None:
    """Write the results: of the checks after loads those that say something new."""
    with connection.transaction():
        latest = {
            name: (status, at)
            for name, status, at in connection.execute(
                "select distinct on (check_name) check_name, status, checked_at"
                " from quality_results where checked_at >= %s order by check_name, checked_at desc",
                [now - AGAIN],
            )
        }
        kept = [
            one
            for one in results
            if not recent or one.check not in latest or latest[one.check][0] != one.status
        ]
        rows = [
            {
                "run_id": run_id, "name": one.check, "now": now, "status": one.status,
                "found": one.found, "expected": one.expected, "message": one.message,
                "table": one.table or None, "advice": one.advice or None,
                "examples": list(one.examples),
            }
            for one in kept
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany(_file("keep_result"), rows)
        if not recent:
            connection.execute("delete from quality_results where checked_at < %s", [now - KEPT])


def _file(name: str) -> bytes:
    return resources.files("clickstream.quality").joinpath(f"{name}.sql").read_bytes()
