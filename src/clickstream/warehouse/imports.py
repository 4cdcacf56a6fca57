"""What is imported beside the clickstream: advertising spend, and the shop's own orders.

Grain: see the tables ``spend`` and ``shop_orders``. Importing again changes nothing: rows of the
same key take the place of what was there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from clickstream.warehouse.models import model

ROOM: Final = Path(__file__).parent
STAGES: Final[dict[str, LiteralString]] = {
    "spend": (
        "create temporary table staged (day date, channel text, source text, medium text,"
        " campaign text, currency text, amount numeric, clicks bigint, impressions bigint)"
        " on commit drop"
    ),
    "orders": (
        'create temporary table staged (order_id text collate "C", ordered_at timestamptz,'
        " value numeric, currency text, status text, line bigint generated always as identity)"
        " on commit drop"
    ),
}
COPIES: Final[dict[str, LiteralString]] = {
    "spend": "copy staged from stdin",
    "orders": "copy staged (order_id, ordered_at, value, currency, status) from stdin",
}
KEYS: Final[dict[str, LiteralString]] = {
    "spend": (
        "select count(*) from"
        " (select distinct day, channel, source, medium, campaign, currency from staged) as keys"
    ),
    "orders": "select count(distinct order_id) from staged",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of the records: how many there were, of how many keys, and how many were news."""

    records: int
    keys: int
    changed: int


def store(
    connection: psycopg.Connection,
    kind: str,
    records: Iterable[tuple[Any, ...]],
    *,
    now: datetime,
) -> Stored:
    """Put the records of a kind, spend or orders, into its table, all or none of them."""
    with connection.transaction(), connection.cursor() as cursor:
        number = stage(cursor, kind, records)
        keys = cursor.execute(KEYS[kind]).fetchone()
        cursor.execute((ROOM / f"imports_{kind}.sql").read_bytes(), {"now": now})
        changed = cursor.rowcount
        cursor.execute(model("version"))
        return Stored(number, keys[0] if keys else 0, changed)


def stage(cursor: psycopg.Cursor[Any], kind: str, records: Iterable[tuple[Any, ...]]) -> int:
    """How many records were put into the temporary table ``staged``."""
    cursor.execute(STAGES[kind])
    number = 0
    with cursor.copy(COPIES[kind]) as copy:
        for record in records:
            copy.write_row(record)
            number += 1
    return number


def stage_orders(connection: psycopg.Connection, records: Iterable[tuple[Any, ...]]) -> int:
    """How many of the shop's orders this connection now has in place of ``shop_orders``.

    They are in a temporary table of that name, until the connection ends.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("set transaction read write")
        number = stage(cursor, "orders", records)
        cursor.execute(
            "create temporary table shop_orders as select distinct on (order_id) order_id,"
            " ordered_at, value, currency, status from staged order by order_id, line desc"
        )
    return number
