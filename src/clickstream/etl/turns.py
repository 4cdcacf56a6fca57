"""Connections that take turns: while a slice settles over one, the other takes in the next.

A slice is one transaction of one connection, from its staging to its commit. Staging touches
nothing but the connection's own temporary tables; slices settle one after the other.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import psycopg
from msgspec import Struct

from clickstream.etl import ledger
from clickstream.etl.rows import EVENT_COLUMNS, ITEM_COLUMNS
from clickstream.etl.slice import Slice
from clickstream.etl.tally import Tally
from clickstream.warehouse.connect import twin
from clickstream.warehouse.load import Loader

logger = logging.getLogger(__name__)


class Books(Struct, frozen=True, kw_only=True):
    """What a slice's transaction notes of its run."""

    run_id: UUID
    lock: int
    """What the run holds so that no other loads the same tables."""
    is_again: bool
    """Whether the slice's objects may have been loaded before."""


class Turn:
    """One of the connections. Its methods are called one after the other, by any thread."""

    def __init__(self, connection: psycopg.Connection, books: Books, *, timezone: str) -> None:
        self.connection, self._books = connection, books
        self._loader = Loader(connection, timezone=timezone)
        self._loader.prepare()

    def stage(self, read: Callable[[Slice], None], *, kept_from: datetime | None) -> Slice:
        """Begin a slice's transaction, and bring it to the server while it is being read."""
        self.connection.execute("begin")
        items = self._loader.encoder("stage_items", ITEM_COLUMNS)
        with self._loader.copying("stage", EVENT_COLUMNS) as write_event, items:
            slice_ = Slice(write_event, items.write_row, kept_from=kept_from)
            read(slice_)
        self._loader.stage("stage_items", ITEM_COLUMNS, items)
        slice_.tally.duplicates += self._loader.sift(slice_.repeated)
        return slice_

    def settle(self, slice_: Slice) -> Tally:
        """Bring what was staged into the tables, and commit."""
        connection, books = self.connection, self._books
        ledger.take_turn(connection, lock=books.lock)
        if books.is_again:
            ledger.forgive(connection, [key for key, _lines, _refused in slice_.objects])
        ledger.record(connection, books.run_id, slice_.objects, slice_.rejections)
        slice_.tally.count_load(self._loader.settle())
        ledger.progress(connection, books.run_id, slice_.tally)
        connection.execute("commit")
        logger.debug("slice", extra={"run_id": str(books.run_id), **slice_.tally.facts()})
        return slice_.tally


class Turns:
    """The connections of a run: its own, and a second one from the second slice on."""

    def __init__(self, connection: psycopg.Connection, books: Books, *, timezone: str) -> None:
        self._books, self._timezone = books, timezone
        self.first = Turn(connection, books, timezone=timezone)
        self._second: Turn | None = None
        self._taken = 0

    def next(self) -> Turn:
        """Whose turn it is: never that of the slice before."""
        self._taken += 1
        if self._taken % 2:
            return self.first
        if self._second is None:
            connection = twin(self.first.connection)
            self._second = Turn(connection, self._books, timezone=self._timezone)
        return self._second

    def end(self) -> None:
        """Undo what was staged and did not settle; only the run's own connection stays open."""
        own = self.first.connection
        if not (own.closed or own.broken):
            own.rollback()
        if self._second is not None:
            self._second.connection.close()


@contextmanager
def taking_turns(connection: psycopg.Connection, books: Books, *, timezone: str) -> Iterator[Turns]:
    """Turns that are ended however the block ends."""
    turns = Turns(connection, books, timezone=timezone)
    try:
        yield turns
    finally:
        turns.end()
