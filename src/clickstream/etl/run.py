"""One ETL run: discover, read, normalize, load, slice by slice, until nothing is left.

Each slice is one transaction: its objects are in the ledger if and only if their events are in the
tables. A run that is stopped or fails leaves whole slices behind, and the next one goes on.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

import psycopg
from msgspec import Struct

from clickstream.errors import ClickstreamError, LakeError, WarehouseError
from clickstream.etl import ledger
from clickstream.etl.ahead import ahead
from clickstream.etl.discover import (
    Discovery,
    Keys,
    Window,
    finish,
    plan,
    plan_named,
    plan_window,
)
from clickstream.etl.retention import expire
from clickstream.etl.rules import Rules
from clickstream.etl.slice import Slice
from clickstream.etl.tally import Tally
from clickstream.etl.turns import Books, Turn, Turns, taking_turns
from clickstream.lake import Lake

READ_AHEAD = 128
"""Keys beyond a slice that a lake may ask for while it reads ahead."""
FIRST_SLICE = 8
"""The first slice is that part of the largest."""
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
    """Load slice by slice; while one settles, the next is read and staged."""
    now = job.clock()
    discovery = _discover(job, now)
    books = Books(run_id=job.run_id, lock=job.options.lock, is_again=job.options.is_again)
    with (
        _quick_switching(),
        taking_turns(job.connection, books, timezone=job.rules.timezone) as turns,
        ahead(_staged(job, turns, Keys(job.lake, discovery))) as staged,
    ):
        for turn, slice_ in staged:
            tally.add(turn.settle(slice_))
            job.on_progress(tally)
    if job.should_stop():
        return Status.STOPPED
    finish(job.connection, discovery, now)
    return Status.SUCCEEDED


def _staged(job: "_Job", turns: Turns, keys: Keys) -> Iterator[tuple[Turn, Slice]]:
    """Each slice, read and brought to the server, over another turn than the one before."""
    bodies = job.lake.get_many(keys)
    for events in slice_sizes(job.options.slice_events):
        turn = turns.next()
        keys.fill(turn.connection, events + READ_AHEAD)
        read = partial(read_slice, job, bodies, events=events)
        slice_ = turn.stage(read, kept_from=job.kept_from)
        if not slice_.objects:
            return
        yield turn, slice_


def slice_sizes(most: int) -> Iterator[int]:
    """Events of each slice: the first are small, each by half larger than the one before.

    The server has work soon, and each slice is read in about the time that the one before settles.
    """
    size = max(1, most // FIRST_SLICE)
    while True:
        yield size
        size = min(most, size + (size + 1) // 2)


@contextmanager
def _quick_switching() -> Iterator[None]:
    """Let threads hand over ten times as often: each step of a slice that settles waits for the
    reader's turns."""
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
        return plan_named(job.options.keys)
    return plan(job.connection, job.lake, now, everything=job.options.everything)


def read_slice(job: "_Job", bodies: Bodies, slice_: Slice, *, events: int) -> None:
    """Read objects until the slice holds `events` or the lake has no more; none where told to stop.

    Raises `LakeError` where an object cannot be read.
    """
    while not (slice_.is_full(events) or job.should_stop()):
        key, body = next(bodies, (None, b""))
        if key is None:
            break
        if isinstance(body, LakeError):
            raise body
        slice_.take(key, body, job.rules)


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
