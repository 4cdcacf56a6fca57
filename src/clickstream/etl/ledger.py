"""The ETL's own books: its runs, the objects it loaded, what it put into quarantine."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from clickstream.errors import BusyError, WarehouseError
from clickstream.etl.rows import REJECTION_COLUMNS, Rejection, values
from clickstream.etl.rules import Rules
from clickstream.etl.tally import Tally

LOCK: Final = 7_262_391_640_163_265_121
"""The advisory lock that one ETL holds: a number that no other program uses."""
logger = logging.getLogger(__name__)
IDLE_KEPT: Final = timedelta(days=1)
"""How long the row of a run that found nothing is kept; a loop leaves thousands a day."""
_SUMMED: Final = (
    "(select coalesce(jsonb_object_agg(name, total), '{{}}') from ("
    "  select name, sum(count::bigint) as total from ("
    "    select * from jsonb_each_text({0}) union all select * from jsonb_each_text(%({0})s)"
    "  ) as counted (name, count) group by name) as totals)"
)
"""A column of counts by name, with those of a slice added."""
LoadedObject = tuple[str, int, int]
"""An object's key, its lines, and how many of them were refused."""


@contextmanager
def alone(connection: psycopg.Connection, *, waits: bool, lock: int = LOCK) -> Iterator[None]:
    """Hold the lock of the one ETL that may load; `BusyError` where another has it."""
    if waits:
        connection.execute("select pg_advisory_lock(%s)", (lock,))
    elif not _one(connection, "select pg_try_advisory_lock(%s)", lock):
        raise BusyError(
            "another ETL is loading this warehouse; it takes what is new along. "
            "Wait for it (--wait), or look at `clickstream doctor`."
        )
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", (lock,))


def take_turn(connection: psycopg.Connection, *, lock: int = LOCK) -> None:
    """Let this transaction be the only one that changes the tables, even where the connection that
    holds the run's own lock was lost."""
    connection.execute("select pg_advisory_xact_lock(%s)", (-lock,))


def check_rules(connection: psycopg.Connection, rules: Rules) -> None:
    """Refuse to load into days of another time zone; say when events are now read otherwise.

    A changed alias, key event or internal host counts for what is loaded from now on, and for
    earlier events after a rebuild.
    """
    said = rules.fingerprint()
    kept = {key: _kept(connection, key, value) for key, value in said.items()}
    if kept["timezone"] != said["timezone"]:
        raise WarehouseError(
            f"the warehouse was made with timezone {kept['timezone']!r}, and the settings say "
            f"{said['timezone']!r}: set it back, or run `clickstream rebuild`"
        )
    if kept["rules"] != said["rules"]:
        logger.warning(
            "aliases, key events, internal traffic, payment providers or the currency were set "
            "otherwise when the warehouse was made: earlier events keep their reading until "
            "`clickstream rebuild`"
        )


def _kept(connection: psycopg.Connection, key: str, value: str) -> object:
    """The setting that the tables were made with: `value` where they are new."""
    connection.execute(
        "insert into warehouse_settings (key, value) values (%s, %s) on conflict do nothing",
        (key, value),
    )
    return _one(connection, "select value from warehouse_settings where key = %s", key)


def begin(connection: psycopg.Connection, run_id: UUID, started_at: datetime) -> None:
    """Open a run's row; runs that were killed are marked as failed, for the lock is ours now.

    A run that goes on under the same id keeps its counts.
    """
    connection.execute(
        "update etl_runs set status = 'failed', finished_at = %s,"
        " error = 'the process ended before the run did' where status = 'running'",
        (started_at,),
    )
    connection.execute(
        "delete from etl_runs where status = 'succeeded' and lines = 0 and started_at < %s",
        (started_at - IDLE_KEPT,),
    )
    connection.execute(
        "insert into etl_runs (run_id, started_at, status) values (%s, %s, 'running')"
        " on conflict (run_id) do update set started_at = excluded.started_at,"
        " status = 'running', finished_at = null, error = null",
        (run_id, started_at),
    )


def record(
    connection: psycopg.Connection,
    run_id: UUID,
    objects: Sequence[LoadedObject],
    rejections: Sequence[Rejection],
) -> None:
    """Enter objects (key, lines, refused lines) into the ledger, and their refused lines."""
    connection.execute(
        "insert into etl_objects (object_key, run_id, lines, rejected)"
        " select key, %s, lines, rejected"
        " from unnest(%s::text[], %s::integer[], %s::integer[]) as loaded (key, lines, rejected)"
        " on conflict (object_key) do update set run_id = excluded.run_id, loaded_at = now(),"
        " lines = excluded.lines, rejected = excluded.rejected",
        (run_id, *(list(column) for column in zip(*objects, strict=True)))
        if objects
        else (run_id, [], [], []),
    )
    if not rejections:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into quarantine ({', '.join(REJECTION_COLUMNS)}, run_id)"  # noqa: S608
            " values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict (object_key, object_line) do update set reason = excluded.reason,"
            " message = excluded.message, payload = excluded.payload, run_id = excluded.run_id",
            [(*values(one), run_id) for one in rejections],
        )


def forgive(connection: psycopg.Connection, keys: Sequence[str]) -> None:
    """Take the lines of objects that are read again out of quarantine."""
    connection.execute("delete from quarantine where object_key = any(%s)", (list(keys),))


def progress(connection: psycopg.Connection, run_id: UUID, part: Tally) -> None:
    """Add a slice's counts to its run's row."""
    facts = part.facts()
    connection.execute(
        "update etl_runs set"  # noqa: S608 - the columns are named here
        " slices = slices + %(slices)s, objects = objects + %(objects)s,"
        " bytes = bytes + %(bytes)s, lines = lines + %(lines)s, events = events + %(events)s,"
        " duplicates = duplicates + %(duplicates)s, rejected = rejected + %(rejected)s,"
        f" rejections = {_SUMMED.format('rejections')}, coerced = {_SUMMED.format('coerced')},"
        " last_event_at = greatest(last_event_at, (select max(event_timestamp) from stage))"
        " where run_id = %(run_id)s",
        {
            **facts,
            "rejections": Jsonb(facts["rejections"]),
            "coerced": Jsonb(facts["coerced"]),
            "run_id": run_id,
        },
    )


def end(connection: psycopg.Connection, run_id: UUID, finished_at: datetime, status: str) -> None:
    """Close a run's row."""
    connection.execute(
        "update etl_runs set status = %s, finished_at = %s where run_id = %s",
        (status, finished_at, run_id),
    )


def fail(connection: psycopg.Connection, run_id: UUID, failed_at: datetime, error: str) -> None:
    """Close the row of a run that failed, if the warehouse can still be told."""
    if connection.closed or connection.broken:
        return
    connection.execute(
        "update etl_runs set status = 'failed', finished_at = %s, error = %s where run_id = %s",
        (failed_at, error, run_id),
    )


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> object:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None
