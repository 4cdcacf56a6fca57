"""Answers from analytics: shared by all sessions, cancelled when nobody waits for them."""

import asyncio
import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Protocol

from clickstream.analytics import Report

Option = str | int | bool | tuple[str, ...] | None

KEPT_ANSWERS: Final = 512


@dataclass(frozen=True, slots=True)
class Question:
    """A report's name and its options: equal questions have equal answers until the next load."""

    report: str
    options: tuple[tuple[str, Option], ...] = ()


def question(report: str, **options: Option) -> Question:
    """A question whose options are ordered by name; those that are None are left out."""
    given = {key: value for key, value in options.items() if value is not None}
    return Question(report, tuple(sorted(given.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far the warehouse is. ``version`` changes whenever rows may have.

    ``as_of`` is the end of the latest load that went well; ``problem`` what ended the latest one,
    where it did not. ``last_run_at`` is when the latest one began, ``is_loading`` whether it runs.
    """

    version: str
    as_of: dt.datetime | None
    has_events: bool
    problem: str | None = None
    last_run_at: dt.datetime | None = None
    is_loading: bool = False


class Source(Protocol):
    """What the dashboard reads from: the warehouse, or a stand-in in tests."""

    async def ask(self, asked: Question) -> Report: ...

    async def freshness(self) -> Freshness: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class _Shared:
    task: asyncio.Task[Report]
    waiting: int = 0


@dataclass(slots=True)
class Answers:
    """The answers of all sessions, kept until the next ETL run that changed rows.

    Sessions that ask the same question share one query; it is cancelled, also on the server, once
    the last of them has lost interest.
    """

    source: Source
    version: str = ""
    _kept: OrderedDict[tuple[str, Question], _Shared] = field(default_factory=OrderedDict)

    async def freshness(self) -> Freshness:
        """The state of the warehouse now; a new version empties the cache."""
        fresh = await self.source.freshness()
        if fresh.version != self.version:
            self.version = fresh.version
            self._kept.clear()
        return fresh

    async def ask(self, asked: Question) -> Report:
        """The report that answers a question. Raises what the source raises; that is not kept."""
        shared = self._shared(asked)
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if not shared.waiting and not shared.task.done():
                shared.task.cancel()

    async def ask_state(self) -> Report:
        """How far the warehouse is, as its report says; never kept."""
        return await self.source.ask(question("freshness"))

    def _shared(self, asked: Question) -> _Shared:
        key = (self.version, asked)
        shared = self._kept.get(key)
        if shared is None or _has_failed(shared.task):
            shared = self._kept[key] = _Shared(asyncio.create_task(self.source.ask(asked)))
            while len(self._kept) > KEPT_ANSWERS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return shared


def _has_failed(task: asyncio.Task[Report]) -> bool:
    if task.cancelling() or task.cancelled():
        return True
    return task.done() and task.exception() is not None
