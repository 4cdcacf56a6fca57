"""Events taken from the live tables into a rebuild's, for hours that are not read again."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg import sql

from clickstream.etl import ledger
from clickstream.etl.discover import Window, bounds
from clickstream.etl.rows import EVENT_COLUMNS, ITEM_COLUMNS
from clickstream.etl.tally import Tally
from clickstream.warehouse.exchange import LIVE
from clickstream.warehouse.load import Loader

Span = tuple[datetime, datetime | None]


def copy_tables(
    connection: psycopg.Connection,
    window: Window,
    *,
    run_id: UUID,
    timezone: str,
    slice_events: int,
    should_stop: Callable[[], bool],
    on_slice: Callable[[Tally], None],
) -> None:
    """Load what the live tables hold of objects outside the window, as if it were new.

    The objects are noted first: what the ETL loads or replaces meanwhile comes from objects that
    are not, and which are read from the lake afterwards.
    """
    first, last = bounds(window)
    for table in ("etl_objects", "quarantine"):
        connection.execute(
            sql.SQL(
                "insert into {} select * from {} where not (object_key >= %s and object_key < %s)"
            ).format(sql.Identifier(table), sql.Identifier(LIVE, table)),
            (first, last),
        )
    loader = Loader(connection, timezone=timezone)
    loader.prepare()
    for span in _spans(connection, slice_events):
        if should_stop():
            return
        part = Tally()
        with connection.transaction():
            _stage(connection, span, (first, last))
            loader.sift()
            counts = loader.settle()
            part.lines = counts.loaded + counts.duplicates
            part.count_load(counts)
            ledger.progress(connection, run_id, part)
        on_slice(part)


def copy_rules(connection: psycopg.Connection) -> None:
    """Note by which rules the live tables' events were read: they will be taken as they are."""
    connection.execute(
        sql.SQL("insert into warehouse_settings select * from {} where key <> 'timezone'").format(
            sql.Identifier(LIVE, "warehouse_settings")
        )
    )


def _spans(connection: psycopg.Connection, events: int) -> Iterator[Span]:
    """Spans of time with about so many events each, from the first event on."""
    row = connection.execute(
        sql.SQL("select min(event_timestamp) from {}").format(sql.Identifier(LIVE, "events"))
    ).fetchone()
    start: datetime | None = row[0] if row else None
    while start is not None:
        row = connection.execute(
            sql.SQL(
                "select event_timestamp from {} where event_timestamp > %s"
                " order by event_timestamp offset %s limit 1"
            ).format(sql.Identifier(LIVE, "events")),
            (start, events),
        ).fetchone()
        end: datetime | None = row[0] if row else None
        yield start, end
        start = end


def _stage(connection: psycopg.Connection, span: Span, window: tuple[str, str]) -> None:
    values = {"start": span[0], "end": span[1], "first": window[0], "last": window[1]}
    events, items = EVENT_COLUMNS[1:], ITEM_COLUMNS[1:]
    connection.execute(
        sql.SQL(
            "insert into stage (row, {}) select row_number() over (), {} from {} as stored"
            " where event_timestamp >= %(start)s"
            " and event_timestamp < coalesce(%(end)s::timestamptz, 'infinity')"
            " and not (object_key >= %(first)s and object_key < %(last)s)"
        ).format(_names(events), _names(events), sql.Identifier(LIVE, "events")),
        values,
    )
    connection.execute(
        sql.SQL(
            "insert into stage_items (row, {}) select stage.row, {} from {} as stored"
            " join stage on stage.event_id = stored.event_id"
        ).format(_names(items), _names(items, "stored"), sql.Identifier(LIVE, "event_items")),
    )


def _names(names: tuple[str, ...] | list[str], table: str | None = None) -> sql.Composed:
    prefix = [table] if table else []
    return sql.SQL(", ").join(sql.Identifier(*prefix, name) for name in names)
