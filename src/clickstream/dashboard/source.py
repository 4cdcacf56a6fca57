"""The warehouse as the dashboard reads it: through analytics, on a few connections of its own."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from clickstream.analytics import Report, ReportOptions, Saved, arun_report
from clickstream.analytics.saved import BUILT_IN_ONLY
from clickstream.dashboard.queries import Freshness, Question, question

OpenConnection = Callable[[], Awaitable[psycopg.AsyncConnection]]
CONNECTIONS: Final = 4
ONLY: Final = "only_"


@dataclass(slots=True)
class WarehouseSource:
    """Reports of a warehouse. ``open_connection`` gives a reader's connection, in autocommit."""

    open_connection: OpenConnection
    clock: Callable[[], dt.datetime]
    saved: Saved = BUILT_IN_ONLY
    _idle: list[psycopg.AsyncConnection] = field(default_factory=list)
    _opening: set[asyncio.Future[psycopg.AsyncConnection]] = field(default_factory=set)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))

    async def ask(self, asked: Question) -> Report:
        options = report_options(asked, now=self.clock(), saved=self.saved)
        async with self._connection() as connection:
            return await arun_report(connection, asked.report, options)

    async def freshness(self) -> Freshness:
        report = await self.ask(question("freshness"))
        row = report.rows[0]
        has_failed = row["last_run_status"] == "failed"
        problem = (row["last_run_error"] or "It did not say why.") if has_failed else None
        return Freshness(
            version=row["version"] or "",
            as_of=report.as_of,
            has_events=bool(row["events"]),
            problem=problem,
            last_run_at=row["last_run_at"],
            is_loading=row["last_run_status"] == "running",
        )

    async def close(self) -> None:
        await asyncio.gather(*self._opening, return_exceptions=True)
        await asyncio.sleep(0)
        while self._idle:
            await self._idle.pop().close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """A connection that no one else uses. One that broke, or was left amid work, is closed."""
        async with self._free:
            connection = await self._take()
            try:
                yield connection
            finally:
                if _is_usable(connection):
                    self._idle.append(connection)
                else:
                    await connection.close()

    async def _take(self) -> psycopg.AsyncConnection:
        while self._idle:
            connection = self._idle.pop()
            if _is_usable(connection):
                return connection
            await connection.close()
        return await self._open()

    async def _open(self) -> psycopg.AsyncConnection:
        """A new connection. One that nobody waits for any more is kept for the next question."""
        opening = asyncio.ensure_future(self.open_connection())
        self._opening.add(opening)
        try:
            connection = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._keep)
            raise
        finally:
            if opening.done():
                self._opening.discard(opening)
        return connection

    def _keep(self, opening: asyncio.Future[psycopg.AsyncConnection]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and opening.exception() is None:
            self._idle.append(opening.result())


def _is_usable(connection: psycopg.AsyncConnection) -> bool:
    return (
        not connection.broken
        and not connection.closed
        and connection.info.transaction_status == TransactionStatus.IDLE
    )


def asked_for(given: Mapping[str, object]) -> list[str]:
    """The options that choose values of a field: ``only_channel`` chooses channels."""
    return [name for name in given if name.startswith(ONLY)]


def report_options(
    asked: Question, *, now: dt.datetime, saved: Saved = BUILT_IN_ONLY
) -> ReportOptions:
    """The report's options that a question means: dates read, chosen values as filters.

    ``at`` is the instant that the question takes for now, for those that are asked again.
    """
    given: dict[str, Any] = dict(asked.options)
    chosen = {name: given.pop(name) for name in asked_for(given)}
    filters = [
        f"{name.removeprefix(ONLY)}={value}" for name, values in chosen.items() for value in values
    ]
    for name in ("from_", "to"):
        if name in given:
            given[name] = dt.date.fromisoformat(given[name])
    at = given.pop("at", None)
    clock = dt.datetime.fromisoformat(at) if at else now
    return ReportOptions(now=clock, saved=saved, filters=tuple(filters), **given)
