"""What a table holds, as one number that neither order nor way of writing changes."""

from collections.abc import Collection
from typing import Final

import psycopg
from msgspec import Struct
from psycopg import sql

BITS: Final = 64


class Checksum(Struct, frozen=True):
    """How many rows a table has, and the sum of their hashes: the same for the same rows."""

    rows: int
    digest: str
    """16 hexadecimal digits."""


def checksum(
    connection: psycopg.Connection, schema: str, table: str, *, without: Collection[str] = ()
) -> Checksum:
    """The checksum of a table's rows, by the values of all columns but those left out.

    A sum, rather than an exclusive or, so that a row that is there twice is seen. 1.5 and 1.50 are
    one value. It depends on the session's time zone, and is comparable on one server alone.
    """
    hashed = [_value(name, kind) for name, kind in _columns(connection, schema, table)
              if name not in without]  # fmt: skip
    statement = sql.SQL(
        "select count(*), coalesce(sum(hashtextextended(row({})::text, 0)::numeric), 0) from {}"
    ).format(sql.SQL(", ").join(hashed), sql.Identifier(schema, table))
    row = connection.execute(statement).fetchone()
    rows, total = row or (0, 0)
    return Checksum(rows, f"{int(total) % 2**BITS:016x}")


def _value(name: str, kind: str) -> sql.Composed:
    template = "trim_scale({})" if kind == "numeric" else "{}"
    return sql.SQL(template).format(sql.Identifier(name))


def _columns(connection: psycopg.Connection, schema: str, table: str) -> list[tuple[str, str]]:
    """Names and types, by name: the order of columns does not count."""
    return connection.execute(
        "select attname, format_type(atttypid, null) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped"
        ' order by attname collate "C"',
        [sql.Identifier(schema, table).as_string()],
    ).fetchall()
