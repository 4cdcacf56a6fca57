"""Group commit: requests that wait at the same time share one object of the lake and one sync."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from uuid import UUID

from clickstream.errors import LakeError
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.ingest.objects import pack
from clickstream.lake import Lake

log = logging.getLogger(__name__)

Waiter = Callable[[LakeError | None], None]
"""Called once: with nothing when its lines are durable, or with what went wrong."""


class Group:
    """Lines that will share an object, and the requests that wait for it."""

    __slots__ = ("deadline", "lines", "size", "started", "waiters")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.waiters: list[Waiter] = []
        self.size = 0
        self.started = 0.0
        self.deadline: asyncio.TimerHandle | None = None

    def finish(self, error: LakeError | None) -> None:
        """Lets the waiting requests answer. The second call does nothing."""
        if self.deadline is not None:
            self.deadline.cancel()
        waiters, self.waiters = self.waiters, []
        for tell in waiters:
            tell(error)


class GroupCommit:
    """Writes what requests hand over, all that waits in one object, while later ones gather.

    A group starts when the one before is durable, and then at once if it is large enough or
    `interval` has passed since the last start: a lone event waits for nothing, and steady small
    traffic makes no more than one object an interval. As large as the last one is enough too,
    for then the clients who sent it have most likely all sent again, and wait.
    """

    def __init__(
        self,
        lake: Lake,
        settings: CollectorSettings,
        *,
        loop: asyncio.AbstractEventLoop,
        counters: Counters,
        clock: Callable[[], datetime],
        new_uuid: Callable[[], UUID],
    ) -> None:
        self._lake, self._settings, self._loop = lake, settings, loop
        self._counters, self._clock, self._new_uuid = counters, clock, new_uuid
        self._pace = settings.pace()
        self._pool = ThreadPoolExecutor(self._pace.concurrent, thread_name_prefix="commit")
        self._group = Group()
        self._enough = self._pace.least_bytes
        self._running = 0
        self._held = 0
        self._next_start = 0.0
        self._start_at: asyncio.Handle | None = None
        self._start_soon: asyncio.Handle | None = None

    def add(self, lines: Sequence[bytes], tell: Waiter) -> None:
        """Calls `tell` when the lines are durable, or cannot be made so. Raises `LakeError`."""
        if self._held > self._settings.max_pending_bytes:
            raise LakeError("the lake is too slow for what is sent", is_transient=True)
        group = self._group
        if not group.waiters:
            self._open(group)
        group.lines += lines
        group.waiters.append(tell)
        size = len(lines[0]) if len(lines) == 1 else sum(map(len, lines))
        group.size += size
        self._held += size
        if self._start_soon is None and self._running < self._pace.concurrent:
            self._schedule()

    def close(self) -> None:
        """Writes what waits, and ends. Called when no request can come any more."""
        if self._group.lines:
            self._write(self._group.lines, self._clock())
        self._pool.shutdown()

    def _open(self, group: Group) -> None:
        """Bounds how long the first request of a group waits, and so every other one."""
        group.deadline = self._loop.call_later(
            self._settings.commit_timeout, group.finish, _too_slow(self._settings)
        )

    def _schedule(self) -> None:
        """Starts the group once the requests that are ready too have joined, or when it is due."""
        if self._group.size >= self._enough or self._loop.time() >= self._next_start:
            self._start_soon = self._loop.call_soon(self._start)
        elif self._start_at is None:
            self._start_at = self._loop.call_at(self._next_start, self._start)

    def _start(self) -> None:
        for handle in (self._start_at, self._start_soon):
            if handle is not None:
                handle.cancel()
        self._start_at = self._start_soon = None
        group, self._group = self._group, Group()
        most = self._pace.least_bytes
        self._enough = min(most, max(most // 4, group.size))
        self._running += 1
        group.started = self._loop.time()
        self._next_start = group.started + self._pace.interval
        write = self._loop.run_in_executor(self._pool, self._write, group.lines, self._clock())
        write.add_done_callback(partial(self._finish, group))

    def _write(self, lines: Sequence[bytes], instant: datetime) -> int:
        key, body = pack(lines, instant, self._new_uuid())
        self._lake.put(key, body)
        return len(body)

    def _finish(self, group: Group, write: asyncio.Future[int]) -> None:
        self._running -= 1
        self._held -= group.size
        error = write.exception()
        seconds = self._loop.time() - group.started
        if error is None:
            self._counters.count_commit(
                len(group.lines), group.size, object_size=write.result(), seconds=seconds
            )
            group.finish(None)
        else:
            self._fail(group, _as_lake_error(error), seconds)
        if self._group.lines:
            self._schedule()

    def _fail(self, group: Group, error: LakeError, seconds: float) -> None:
        """One line in the log for a group, however many requests it answers with 503."""
        self._counters.count_failed_commit()
        log.warning(
            "%s; the requests that waited for it are answered with 503",
            error,
            extra={"requests": len(group.waiters), "events": len(group.lines), "seconds": seconds},
        )
        group.finish(error)


def _too_slow(settings: CollectorSettings) -> LakeError:
    seconds = settings.commit_timeout
    return LakeError(f"the lake did not answer within {seconds:g} seconds", is_transient=True)


def _as_lake_error(error: BaseException) -> LakeError:
    if isinstance(error, LakeError):
        return error
    return LakeError(f"the lake failed: {type(error).__name__}: {error}")
