"""One ETL run: discover, read, normalize, load, slice by slice, until nothing is left.

Each slice is one transaction: its objects are in the ledger if and only if their events are in the
tables. A run that is stopped or fails leaves whole slices behind, and the next one goes on.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from uuid import UUID

import psycopg
from msgspec import Struct

from clickstream.errors import ClickstreamError, LakeError, WarehouseError
from clickstream.etl import ledger
from clickstream.etl.discover import Window, finish, new_keys, plan, plan_window
from clickstream.etl.read import read_object
from clickstream.etl.rows import EVENT_COLUMNS, ITEM_COLUMNS, ItemRow, Rejection, values
from clickstream.etl.rules import Rules
from clickstream.etl.tally import Tally
from clickstream.lake import Lake
from clickstream.warehouse.load import Loader

READ_AHEAD = 128
"""Keys beyond a slice that a lake may ask for while it reads ahead."""
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
    waits: bool = False
    """Whether to wait for another ETL, or to leave."""


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
    with ledger.alone(connection, waits=options.waits):
        ledger.check_rules(connection, rules)
        ledger.begin(connection, run_id, started_at)
        tally = Tally()
        try:
            status = _load_all(job, tally)
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
    now = job.clock()
    window, everything = job.options.window, job.options.everything
    discovery = (
        plan_window(window)
        if window
        else plan(job.connection, job.lake, now, everything=everything)
    )
    keys = _Keys(new_keys(job.connection, job.lake, discovery))
    loader = Loader(job.connection, timezone=job.rules.timezone)
    loader.prepare()
    bodies = job.lake.get_many(keys)
    while not job.should_stop():
        keys.fill(job.options.slice_events + READ_AHEAD)
        with job.connection.transaction():
            part = _load_slice(job, loader, bodies)
            if part.objects:
                ledger.progress(job.connection, job.run_id, part)
        tally.add(part)
        job.on_progress(tally)
        if not part.objects and not keys:
            finish(job.connection, discovery, now)
            return Status.SUCCEEDED
    return Status.STOPPED


def _load_slice(job: "_Job", loader: Loader, bodies: Bodies) -> Tally:
    """Read objects until the slice is full, and bring them into the tables."""
    part = Tally()
    items: list[ItemRow] = []
    rejections: list[Rejection] = []
    objects: list[ledger.LoadedObject] = []
    with loader.staging("stage", EVENT_COLUMNS) as copy:
        for key, body in bodies:
            if isinstance(body, LakeError):
                raise body
            lines = refused = 0
            for outcome in read_object(key, body, job.rules):
                lines += 1
                if isinstance(outcome, Rejection):
                    refused += 1
                    rejections.append(outcome)
                    continue
                row, own_items = outcome
                copy.write_row(values(row))
                items += own_items
            objects.append((key, lines, refused))
            part.count_object(len(body), lines)
            if max(part.lines, part.objects) >= job.options.slice_events or job.should_stop():
                break
    loader.stage("stage_items", ITEM_COLUMNS, map(values, items))
    if job.options.window:
        ledger.forgive(job.connection, [key for key, _lines, _refused in objects])
    ledger.record(job.connection, job.run_id, objects, rejections)
    part.count_rejections(rejections)
    part.count_load(loader.settle())
    return part


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
