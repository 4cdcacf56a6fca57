"""Lines of the lake taken out of the warehouse, and out of all that was made of them."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql

from clickstream.etl import ledger
from clickstream.etl.privacy.erase_lake import ErasedObject
from clickstream.etl.privacy.erasures import Erasure
from clickstream.etl.privacy.person import Places
from clickstream.warehouse.exchange import DERIVED, LIVE
from clickstream.warehouse.load import Loader

MENTIONS: Final = Path(__file__).with_name("mentions.sql").read_text("utf-8")
Rows = dict[str, int]
"""How many rows tables have, or have lost."""


def count_rows(connection: psycopg.Connection) -> Rows:
    """The rows of every table that is made of the lake."""
    statement = sql.SQL(" union all ").join(
        sql.SQL("select {}, count(*) from {}").format(sql.Literal(name), sql.Identifier(name))
        for name in DERIVED
    )
    return {str(name): int(count) for name, count in connection.execute(statement)}


def erase_rows(
    connection: psycopg.Connection,
    loader: Loader,
    places: Places,
    objects: Iterable[ErasedObject],
    *,
    rivals: Iterable[str] = (),
    run_id: UUID,
    now: datetime,
) -> int:
    """Take the events of these lines out of every table, in one transaction; how many they were.

    The ledger then says of each object what the lake now holds of it. Objects with `rivals` leave
    the ledger, so that the next load reads them again. A run with as many events below zero tells
    readers that the tables are others. The loader is prepared.
    """
    ledger.begin(connection, run_id, now)
    with connection.transaction():
        ledger.take_turn(connection)
        _name_places(connection, places)
        connection.execute(
            "insert into gone select events.event_id, events.visitor_id, events.event_timestamp"
            " from events join erased_lines as erased"
            " on erased.object_key = events.object_key and erased.object_line = events.object_line"
        )
        _erase_mentions(connection)
        removed = loader.remove()
        connection.execute(
            "delete from quarantine using erased_lines as erased"
            " where quarantine.object_key = erased.object_key"
            " and quarantine.object_line = erased.object_line"
        )
        _correct_ledger(connection, objects)
        connection.execute(
            "delete from etl_objects where object_key = any(%s)", (sorted(set(rivals)),)
        )
        connection.execute("update etl_runs set events = -%s where run_id = %s", (removed, run_id))
        ledger.end(connection, run_id, now, "succeeded")
    return removed


def note_done(connection: psycopg.Connection, done: Iterable[Erasure], *, now: datetime) -> None:
    """Remember that this warehouse has carried these erasures out."""
    connection.execute(
        sql.SQL("insert into {} select unnest(%s::uuid[]), %s on conflict do nothing").format(
            sql.Identifier(LIVE, "erasures_done")
        ),
        ([one.erasure_id for one in done], now),
    )


def _erase_mentions(connection: psycopg.Connection) -> None:
    """What else tells of them: the shop's own orders of theirs, and examples of failed checks.

    These tables are the live schema's, also while another one is being made.
    """
    live = {name: sql.Identifier(LIVE, name) for name in ("shop_orders", "quality_results")}
    for statement in MENTIONS.split(";"):
        connection.execute(sql.SQL(statement).format(**live))


def _name_places(connection: psycopg.Connection, places: Places) -> None:
    connection.execute(
        "create temp table erased_lines ("
        '  object_key text collate "C" not null, object_line integer not null'
        ") on commit drop"
    )
    with connection.cursor().copy("copy erased_lines from stdin") as copy:
        for key, lines in places.items():
            for line in lines:
                copy.write_row((key, line))
    connection.execute("analyze erased_lines")


def _correct_ledger(connection: psycopg.Connection, objects: Iterable[ErasedObject]) -> None:
    """Count the lines and refused lines of rewritten objects anew; those removed leave."""
    held = [(one.key, one.remaining) for one in objects]
    left = [(key, remaining) for key, remaining in held if remaining]
    emptied = [key for key, remaining in held if not remaining]
    connection.execute(
        "update etl_objects set lines = held.lines, rejected = ("
        "   select count(*) from quarantine where quarantine.object_key = etl_objects.object_key)"
        " from unnest(%s::text[], %s::integer[]) as held (object_key, lines)"
        " where etl_objects.object_key = held.object_key",
        ([key for key, _lines in left], [lines for _key, lines in left]),
    )
    connection.execute("delete from quarantine where object_key = any(%s)", (emptied,))
    connection.execute("delete from etl_objects where object_key = any(%s)", (emptied,))
