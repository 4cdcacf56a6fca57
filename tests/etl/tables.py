"""The tables of a warehouse as rows that can be held against others, and empty again."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
from oracle import Row, Tables

KEYS = {
    "etl_objects": ("object_key",),
    "quarantine": ("object_key", "object_line"),
    "events": ("event_id",),
    "event_items": ("event_id", "position"),
    "sessions": ("session_id",),
    "visitors": ("visitor_id",),
    "identities": ("visitor_id", "user_id"),
    "orders": ("order_id",),
    "refunds": ("event_id",),
    "product_attributes": ("product_id", "attribute"),
    "daily_metrics": ("day", "is_bot", "is_internal"),
    "hourly_metrics": ("hour", "is_bot", "is_internal"),
    "daily_orders": ("day", "currency", "is_bot", "is_internal"),
    "daily_products": ("day", "product_id", "currency", "is_bot", "is_internal"),
    "daily_pages": ("day", "page_host", "page_path", "is_bot", "is_internal"),
    "daily_funnel": ("day", "step", "is_bot", "is_internal"),
    "daily_transitions": ("day", "from_path", "to_path", "is_bot", "is_internal"),
}
OF_A_LOAD = frozenset({"loaded_at", "run_id", "quarantined_at"})
"""Columns that tell when and by whom, and so may differ."""
OTHERS = ("warehouse_settings", "etl_runs", "etl_discoveries")


def read_tables(connection: psycopg.Connection) -> Tables:
    """Every table of data, aggregates and the ledger."""
    tables = {}
    for table in KEYS:
        cursor = connection.execute(f"select * from {table}")
        names = [column.name for column in cursor.description or ()]
        tables[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables


def empty(connection: psycopg.Connection) -> None:
    """Leave nothing of what was loaded."""
    connection.execute(f"truncate {', '.join((*KEYS, *OTHERS))}")


def differences(actual: Tables, expected: Tables) -> list[str]:
    """What is missing, too much or not the same, a line each; none where all is well."""
    found = []
    for table, key in KEYS.items():
        ours, theirs = by_key(actual[table], key), by_key(expected[table], key)
        if len(ours) != len(actual[table]) or len(theirs) != len(expected[table]):
            found.append(f"{table}: a key comes twice")
        found += [f"{table}: missing {theirs[one]}" for one in theirs.keys() - ours.keys()]
        found += [f"{table}: too much {ours[one]}" for one in ours.keys() - theirs.keys()]
        for one in ours.keys() & theirs.keys():
            found += compared(table, one, ours[one], theirs[one])
    return found


def compared(table: str, key: tuple[Any, ...], ours: Row, theirs: Row) -> list[str]:
    return [
        f"{table} {key}: {name} is {ours.get(name)!r}, expected {theirs.get(name)!r}"
        for name in ours.keys() | theirs.keys()
        if ours.get(name) != theirs.get(name) or (name in ours) != (name in theirs)
    ]


def by_key(rows: list[Row], key: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    plain = [{name: value_of(row[name]) for name in row if name not in OF_A_LOAD} for row in rows]
    return {tuple(row[name] for name in key): row for row in plain}


def value_of(value: Any) -> Any:
    """The value, alike on both sides: instants in UTC, single floats as they print."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, memoryview):
        return bytes(value)
    return int(value) if isinstance(value, Decimal) and value == value.to_integral() else value
