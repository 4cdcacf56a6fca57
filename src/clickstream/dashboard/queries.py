"""Answers from analytics: asked in threads, shared by all sessions, cancelled when nobody waits."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol

Row = Mapping[str, object]
Option = str | int | bool | tuple[str, ...] | None

WORKERS: Final = 4
KEPT_ANSWERS: Final = 512


@dataclass(frozen=True, slots=True)
class Question:
    """A report's name and its options: equal questions have equal answers between two ETL runs."""

    report: str
    options: tuple[tuple[str, Option], ...] = ()


def question(report: str, **options: Option) -> Question:
    """A question whose options are ordered by name; those that are None are left out."""
    given = {key.rstrip("_"): value for key, value in options.items() if value is not None}
    return Question(report, tuple(sorted(given.items())))


@dataclass(frozen=True, slots=True)
class State:
    """How far the warehouse is: ``version`` changes with each ETL run that changed rows."""

    version: str
    as_of: str | None
    events: int


class Asking(Protocol):
    """One question under way: ``run`` blocks in a worker's thread, ``cancel`` comes from another."""

    def run(self) -> list[Row]: ...

    def cancel(self) -> None: ...


class Source(Protocol):
    """What the dashboard reads from: the warehouse, or a stand-in in tests."""

    def prepare(self, asked: Question) -> Asking: ...

    def state(self) -> State: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class _Shared:
    task: asyncio.Task[list[Row]]
    waiting: int = 0


@dataclass(slots=True)
class Answers:
    """The answers of all sessions, kept until the next ETL run that changed rows.

    Sessions that ask the same question share one query; it is cancelled, also on the server, once
    the last of them has lost interest.
    """

    source: Source
    version: str = ""
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(WORKERS, thread_name_prefix="dashboard")
    )
    _kept: OrderedDict[tuple[str, Question], _Shared] = field(default_factory=OrderedDict)

    async def state(self) -> State:
        """The state of the warehouse now; a new version empties the cache."""
        state = await asyncio.get_running_loop().run_in_executor(self._pool, self.source.state)
        if state.version != self.version:
            self.version = state.version
            self._forget()
        return state

    async def ask(self, asked: Question) -> list[Row]:
        """The rows that answer a question. Raises what the source raises; failures are not kept."""
        key = (self.version, asked)
        shared = self._kept.get(key)
        if shared is None or _has_failed(shared.task):
            shared = self._kept[key] = _Shared(asyncio.create_task(self._run(asked)))
        self._kept.move_to_end(key)
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if not shared.waiting and not shared.task.done():
                shared.task.cancel()
                self._kept.pop(key, None)

    async def _run(self, asked: Question) -> list[Row]:
        asking = self.source.prepare(asked)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, asking.run)
        except asyncio.CancelledError:
            asking.cancel()
            raise

    def _forget(self) -> None:
        unfinished = [key for key, shared in self._kept.items() if not shared.task.done()]
        self._kept = OrderedDict((key, self._kept[key]) for key in unfinished[-KEPT_ANSWERS:])

    def close(self) -> None:
        """Ends the threads and the source's connections."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.source.close()


def _has_failed(task: asyncio.Task[list[Row]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
