"""How long events stay in the warehouse: whole days of its zone, by what the settings say.

Events from before are taken out as if they had never come, and their sessions, orders and numbers
with them: the tables are at any time what they would be had they been made of the kept events
alone, so that a rebuild makes the same. The day is remembered beside the tables, and what comes
from before it is not loaded. Older events return with a longer period by a rebuild.
"""

import logging
from datetime import UTC, datetime, time
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import psycopg

from clickstream.etl import ledger
from clickstream.etl.rules import Rules
from clickstream.lake import hour_prefix
from clickstream.warehouse.load import Loader

KEPT_FROM: Final = "kept_from"
SLICE: Final = 50_000
"""Events that leave in one transaction."""
logger = logging.getLogger(__name__)


def first_kept(rules: Rules, now: datetime) -> datetime | None:
    """The midnight from which on events are kept; None for ever."""
    if rules.retention is None:
        return None
    zone = ZoneInfo(rules.timezone)
    day = (now - rules.retention).astimezone(zone).date()
    return datetime.combine(day, time(), zone).astimezone(UTC)


def expire(
    connection: psycopg.Connection, rules: Rules, *, run_id: UUID, now: datetime
) -> datetime | None:
    """The instant from which on events are kept; what is older is gone from the tables now.

    It never goes back. Killed, the next run goes on: each transaction leaves whole tables. The
    ETL's lock is the caller's.
    """
    kept_from, due = _remembered(connection), first_kept(rules, now)
    if due is not None and (kept_from is None or kept_from < due):
        kept_from = due
        connection.execute(
            "insert into warehouse_settings (key, value) values (%s, %s)"
            " on conflict (key) do update set value = excluded.value",
            (KEPT_FROM, due.isoformat()),
        )
    if kept_from is not None:
        removed = _remove(connection, rules, kept_from)
        _clear_quarantine(connection, kept_from)
        if removed:
            _note(connection, run_id, removed, now)
            facts = {"run_id": str(run_id), "events": removed, "kept_from": kept_from}
            logger.info("expired", extra=facts)
    return kept_from


def count_expired(connection: psycopg.Connection, before: datetime) -> int:
    """How many events of the warehouse are older."""
    row = connection.execute(
        "select count(*) from events where event_timestamp < %s", (before,)
    ).fetchone()
    return int(row[0]) if row else 0


def _remembered(connection: psycopg.Connection) -> datetime | None:
    row = connection.execute(
        "select value::timestamptz from warehouse_settings where key = %s", (KEPT_FROM,)
    ).fetchone()
    return row[0].astimezone(UTC) if row else None


def _remove(connection: psycopg.Connection, rules: Rules, kept_from: datetime) -> int:
    loader = Loader(connection, timezone=rules.timezone)
    loader.prepare()
    removed = 0
    while True:
        with connection.transaction():
            ledger.take_turn(connection)
            connection.execute(
                "insert into gone select event_id, visitor_id, event_timestamp from events"
                " where event_timestamp < %s order by event_timestamp limit %s",
                (kept_from, SLICE),
            )
            part = loader.remove()
        removed += part
        if part < SLICE:
            return removed


def _clear_quarantine(connection: psycopg.Connection, kept_from: datetime) -> None:
    """Refused lines of the hours before; the ledger no longer counts them, as after a rebuild."""
    with connection.transaction():
        cleared = connection.execute(
            "delete from quarantine where object_key < %s and object_key >= 'events/0'"
            " returning object_key",
            (hour_prefix(kept_from),),
        ).fetchall()
        connection.execute(
            "update etl_objects set rejected = 0 where object_key = any(%s)",
            (sorted({row[0] for row in cleared}),),
        )


def _note(connection: psycopg.Connection, run_id: UUID, removed: int, now: datetime) -> None:
    """A run of its own, with as many events below zero: so readers know of other tables."""
    connection.execute(
        "insert into etl_runs (run_id, started_at, finished_at, status, events)"
        " values (%s, %s, %s, 'succeeded', %s)",
        (uuid5(run_id, now.isoformat()), now, now, -removed),
    )
