"""A large warehouse in minutes: what is loaded, several times over.

Loading millions of events takes the ETL as long as it takes. Where only the size of a warehouse
matters, its rows are copied instead: each copy's ids are the originals' with a suffix, so that it
is other visitors who did the same, and the aggregates are multiplied. The tables are row by row
those that a load of the copies would have made, but for where in the lake an event lies, and so are
those after the loads that follow. Once is enough: a second time would give ids that are taken. What
tells of other things stays: the ETL's books, the quarantine, the latest word on each product,
imports, the results of checks.
"""

from typing import Final

import psycopg
from psycopg import sql

from clickstream.warehouse.load import AGGREGATES
from clickstream.warehouse.models import model

IDS: Final = {
    "events": (
        "event_id", "visitor_id", "user_id", "client_id", "client_session_id", "session_id",
        "order_id", "page_view_id",
    ),
    "event_items": ("event_id",),
    "sessions": ("session_id", "visitor_id", "user_id", "own_user_id", "spell_user_id"),
    "visitors": ("visitor_id", "user_id", "first_session_id"),
    "identities": ("visitor_id", "user_id"),
    "orders": ("order_id", "event_id", "visitor_id", "session_id"),
    "refunds": ("event_id", "order_id"),
}  # fmt: skip
"""The tables that are copied, and the columns whose values get the copy's suffix."""


def multiply(connection: psycopg.Connection, times: int) -> None:
    """Make the warehouse `times` as large. The connection may write, and commits by table."""
    for table, ids in IDS.items():
        _copy(connection, table, ids, times)
    for aggregate, key in AGGREGATES.items():
        _raise(connection, aggregate, key, times)
    connection.execute(model("version"))
    connection.execute("insert into stale_sessions select session_id from sessions")
    connection.execute("vacuum analyze")


def _copy(connection: psycopg.Connection, table: str, ids: tuple[str, ...], times: int) -> None:
    columns = _columns(connection, table)
    values = [
        sql.SQL("t.{} || '~' || n").format(sql.Identifier(name))
        if name in ids
        else sql.SQL("t.{}").format(sql.Identifier(name))
        for name in columns
    ]
    connection.execute(
        sql.SQL(
            "insert into {table} ({columns}) select {values}"
            " from generate_series(2, {times}) as n cross join {table} t"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
            times=sql.Literal(times),
        )
    )


def _raise(connection: psycopg.Connection, table: str, key: tuple[str, ...], times: int) -> None:
    raised = [
        sql.SQL("{0} = {0} * {1}").format(sql.Identifier(name), sql.Literal(times))
        for name in _columns(connection, table)
        if name not in key
    ]
    connection.execute(
        sql.SQL("update {} set {}").format(sql.Identifier(table), sql.SQL(", ").join(raised))
    )


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    """The columns that can be written, in order."""
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped and attgenerated = '' and attidentity <> 'a' order by attnum",
        (table,),
    )
    return [str(name) for (name,) in rows]
