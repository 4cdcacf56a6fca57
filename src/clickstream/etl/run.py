"""One ETL run: discover, read, normalize, load, slice by slice, until nothing is left.

Each slice is one transaction: its objects are in the ledger if and only if their events are in the
tables. A run that is stopped or fails leaves whole slices behind, and the next one goes on.
"""

import logging
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Self
from uuid import UUID

import psycopg
from msgspec import Struct

from clickstream.errors import ClickstreamError, LakeError, WarehouseError
from clickstream.etl import ledger
from clickstream.etl.discover import NAMED, Discovery, Window, finish, new_keys, plan, plan_window
from clickstream.etl.retention import expire
from clickstream.etl.rules import Rules
from clickstream.etl.slice import Slice
from clickstream.etl.tally import Tally
from clickstream.etl.turns import Books, Turn, Turns, taking_turns
from clickstream.lake import Lake

READ_AHEAD = 128
"""Keys beyond a slice that a lake may ask for while it reads ahead."""
FIRST_SLICE = 4
"""The first slice is that part of the others: the server has work while Python reads the next."""
logger = logging.getLogger(__name__)


class Status(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    STOPPED = "stopped"
    """Told to stop; what it did stays, and the next run goes on."""


class Options(Struct, frozen=True):
    """What a run is asked to do."""

    slice_events: int = 100_000
    """Events of one transaction; a slice ends with the object that reaches it."""
    everything: bool = False
    """Whether to list the whole lake, not only what is recent."""
    window: Window | None = None
    """Hours to read again, loaded or not; nothing else is looked at."""
    keys: tuple[str, ...] | None = None
    """Objects to read again, loaded or not; nothing else is looked at."""
    waits: bool = False
    """Whether to wait for another ETL, or to leave."""
    lock: int = ledger.LOCK
    """What a run holds so that no other loads the same tables; a rebuild's has another."""

    @property
    def is_again(self) -> bool:
        """Whether named objects are read whether or not they are in the ledger."""
        return self.window is not None or self.keys is not None


class RunReport(Struct, frozen=True):
    """What a run did."""

    run_id: UUID
    status: Status
    tally: Tally
    seconds: float


Clock = Callable[[], datetime]
Progress = Callable[[Tally], None]
Bodies = Iterator[tuple[str, bytes | LakeError]]


def run(
    lake: Lake,
    connection: psycopg.Connection,
    *,
    rules: Rules,
    run_id: UUID,
    clock: Clock,
    options: Options = Options(),  # noqa: B008 - frozen
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Progress = lambda _tally: None,
) -> RunReport:
    """Load all that is new. The connection is in no transaction, and belongs to the run alone.

    Raises `BusyError` where another ETL is at work, `LakeError` and `WarehouseError` where the run
    failed; the slice that failed changed nothing.
    """
    job = _Job(
        lake=lake,
        connection=connection,
        rules=rules,
        run_id=run_id,
        clock=clock,
        options=options,
        should_stop=should_stop,
        on_progress=on_progress,
    )
    started_at = clock()
    connection.autocommit = True
    with ledger.alone(connection, waits=options.waits, lock=options.lock):
        ledger.check_rules(connection, rules)
        ledger.begin(connection, run_id, started_at)
        tally = Tally()
        try:
            kept_from = expire(connection, rules, run_id=run_id, now=started_at)
            status = _load_all(replace(job, kept_from=kept_from), tally)
        except (ClickstreamError, psycopg.Error, OSError) as error:
            ledger.fail(connection, run_id, clock(), str(error))
            logger.exception("etl run failed", extra={"run_id": str(run_id), **tally.facts()})
            if isinstance(error, psycopg.Error):
                raise WarehouseError(
                    f"the load failed, its slice changed nothing: {error}"
                ) from error
            raise
        finished_at = clock()
        ledger.end(connection, run_id, finished_at, status)
    seconds = (finished_at - started_at).total_seconds()
    facts = {"run_id": str(run_id), "status": status, "seconds": seconds, **tally.facts()}
    logger.info("etl run", extra=facts)
    return RunReport(run_id, status, tally, seconds)


def _load_all(job: "_Job", tally: Tally) -> Status:
    """Load slice by slice; while one settles, the next is staged, and the one after it read."""
    now = job.clock()
    discovery = _discover(job, now)
    named = job.options.keys
    keys = _Keys(new_keys(job.connection, job.lake, discovery) if named is None else iter(named))
    books = Books(run_id=job.run_id, lock=job.options.lock, is_again=job.options.is_again)
    bodies = job.lake.get_many(keys)
    with (
        _quick_switching(),
        taking_turns(job.connection, books, timezone=job.rules.timezone) as turns,
        ThreadPoolExecutor(max_workers=2, thread_name_prefix="etl") as helpers,
    ):
        keys.fill(job.options.slice_events + READ_AHEAD)
        first = max(1, job.options.slice_events // FIRST_SLICE)
        reading = helpers.submit(read_slice, job, turns, bodies, events=first)
        with _Settling(job, tally) as settling:
            while (slice_ := reading.result()).objects:
                keys.fill(job.options.slice_events + READ_AHEAD)
                reading = helpers.submit(
                    read_slice, job, turns, bodies, events=job.options.slice_events
                )
                turn = turns.next()
                settling.take(turn, slice_, helpers.submit(turn.stage, slice_))
    if job.should_stop():
        return Status.STOPPED
    finish(job.connection, discovery, now)
    return Status.SUCCEEDED


@contextmanager
def _quick_switching() -> Iterator[None]:
    """Let threads hand over ten times as often: sending to the server waits for the reader's turns,
    some hundred times a slice."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _discover(job: "_Job", now: datetime) -> Discovery:
    if job.options.window:
        return plan_window(job.options.window)
    if job.options.keys is not None:
        return NAMED
    return plan(job.connection, job.lake, now, everything=job.options.everything)


def read_slice(job: "_Job", turns: Turns, bodies: Bodies, *, events: int) -> Slice:
    """Read objects until the slice holds `events` or the lake has no more; none where told to stop.

    Raises `LakeError` where an object cannot be read.
    """
    slice_ = turns.first.new_slice(kept_from=job.kept_from)
    with slice_.events, slice_.items:
        while not (slice_.is_full(events) or job.should_stop()):
            key, body = next(bodies, (None, b""))
            if key is None:
                break
            if isinstance(body, LakeError):
                raise body
            slice_.take(key, body, job.rules)
    return slice_


class _Settling:
    """Settles each slice once the next is on its way to the server; at the end of a block the last,
    also where the lake failed to give the one after it."""

    def __init__(self, job: "_Job", tally: Tally) -> None:
        self._job, self._tally = job, tally
        self._staged: tuple[Turn, Slice, Future[None]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._settle()

    def take(self, turn: Turn, slice_: Slice, staging: Future[None]) -> None:
        """Settle the slice before, while this one is being staged."""
        self._settle()
        self._staged = turn, slice_, staging

    def _settle(self) -> None:
        staged, self._staged = self._staged, None
        if staged is None:
            return
        turn, slice_, staging = staged
        staging.result()
        self._tally.add(turn.settle(slice_))
        self._job.on_progress(self._tally)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A run's parts, as its steps pass them on."""

    lake: Lake
    connection: psycopg.Connection
    rules: Rules
    run_id: UUID
    clock: Clock
    options: Options
    should_stop: Callable[[], bool]
    on_progress: Progress
    kept_from: datetime | None = None
    """Older events are not loaded."""


class _Keys:
    """New keys for the lake to read; filled between transactions, for the ledger is asked then."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source, self._waiting = source, deque[str]()

    def fill(self, wanted: int) -> None:
        self._waiting.extend(islice(self._source, max(0, wanted - len(self._waiting))))

    def __iter__(self) -> Iterator[str]:
        while self._waiting:
            yield self._waiting.popleft()

    def __len__(self) -> int:
        return len(self._waiting)
