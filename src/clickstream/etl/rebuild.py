"""The warehouse made anew from the lake, beside the live one, and put in its place.

The live tables are read and loaded as ever meanwhile. Only the last step holds the ETL's lock:
both are brought to the same objects, compared table by table, and exchanged in one transaction.
A rebuild that is killed leaves a schema behind which the next one removes.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg import sql

from clickstream.errors import BusyError, WarehouseError
from clickstream.etl import ledger
from clickstream.etl.discover import Window, still_there
from clickstream.etl.rebuild_copy import copy_rules, copy_tables
from clickstream.etl.rebuild_plan import Progress, Work, list_lake, measure
from clickstream.etl.retention import expire
from clickstream.etl.rules import Rules
from clickstream.etl.run import Clock, Options, Status, run
from clickstream.etl.tally import Tally
from clickstream.lake import Lake
from clickstream.warehouse.checksum import Checksum, checksum
from clickstream.warehouse.exchange import (
    DERIVED,
    FRESH,
    LIVE,
    analyze,
    become_owner,
    drop_others,
    exchange,
    inside,
    make_fresh,
)
from clickstream.warehouse.load import Loader

LOCK: Final = 7_262_391_640_163_265_122
"""The advisory lock of the one rebuild, beside the ETL's own."""
PATIENCE: Final = "3s"
"""How long a server may take to notice that the one who had the lock was killed."""
ROUNDS: Final = 3
"""How often what came meanwhile is loaded before the ETL has to wait for the rest."""
logger = logging.getLogger(__name__)


class RebuildOptions(Struct, frozen=True):
    """What a rebuild is asked to do."""

    slice_events: int = Options().slice_events
    window: Window | None = None
    """Hours of receipt to read from the lake; other events are taken from the live tables."""
    exchanges: bool = True
    """Whether to put the new tables in place, or only to compare."""
    drops_missing: bool = False
    """Whether to go on where the lake no longer has objects that were loaded from it."""


class Comparison(Struct, frozen=True):
    """A table as it was and as it is now."""

    table: str
    before: Checksum
    after: Checksum

    @property
    def is_same(self) -> bool:
        return self.before == self.after


class RebuildReport(Struct, frozen=True):
    """What a rebuild did."""

    run_id: UUID
    status: Status
    is_exchanged: bool
    tally: Tally
    seconds: float
    tables: tuple[Comparison, ...]
    """None where it was stopped."""
    missing: int
    """Objects that were loaded once, and whose events are gone with the lake's objects."""
    notes: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the new tables hold the same rows as the old."""
        return all(one.is_same for one in self.tables)


def rebuild(
    lake: Lake,
    connection: psycopg.Connection,
    *,
    rules: Rules,
    new_id: Callable[[], UUID],
    clock: Clock,
    options: RebuildOptions = RebuildOptions(),  # noqa: B008 - frozen
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Progress = lambda _share, _words: None,
) -> RebuildReport:
    """Make the tables anew, compare them with the live ones, and put them in their place.

    The connection is the schema owner's, in no transaction. Raises `BusyError` where another
    rebuild is at work, `LakeError` and `WarehouseError` where it failed: the live tables are then
    as they were.
    """
    job = _Job(
        lake=lake, connection=connection, rules=rules, run_id=new_id(), live_id=new_id(),
        clock=clock, options=options, should_stop=should_stop, on_progress=on_progress,
    )  # fmt: skip
    connection.autocommit = True
    become_owner(connection)
    with alone(connection):
        try:
            return _rebuild(job)
        finally:
            if not (connection.closed or connection.broken):
                drop_others(connection)


class _Job(Struct, frozen=True, kw_only=True):
    """A rebuild's parts, as its steps pass them on."""

    lake: Lake
    connection: psycopg.Connection
    rules: Rules
    run_id: UUID
    live_id: UUID
    """Of the run that brings the live tables up to date."""
    clock: Clock
    options: RebuildOptions
    should_stop: Callable[[], bool]
    on_progress: Progress


@contextmanager
def alone(connection: psycopg.Connection) -> Iterator[None]:
    """Hold the lock of the one rebuild, which an erasure takes too; `BusyError` elsewhere."""
    connection.execute(sql.SQL("set lock_timeout = {}").format(sql.Literal(PATIENCE)))
    try:
        connection.execute("select pg_advisory_lock(%s)", (LOCK,))
    except psycopg.errors.LockNotAvailable:
        raise BusyError(
            "Another rebuild of this warehouse, or an erasure, is at work. Wait until it has ended."
        ) from None
    finally:
        connection.execute("reset lock_timeout")
    try:
        yield
    finally:
        if not (connection.closed or connection.broken):
            connection.execute("select pg_advisory_unlock(%s)", (LOCK,))


def _rebuild(job: _Job) -> RebuildReport:
    started_at = job.clock()
    # First of all: a session that has touched a temporary table cannot be set up any more.
    Loader(job.connection, timezone=job.rules.timezone).prepare()
    list_lake(job.connection, job.lake)
    work = measure(job.connection, job.options.window)
    _refuse_missing(job, work.missing, work.first_missing)
    make_fresh(job.connection)
    tally = _fill(job, work)
    tables: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()
    is_exchanged = False
    if not job.should_stop():
        with ledger.alone(job.connection, waits=True):
            notes = _even_out(job, tally)
            tables = _compare(job)
            if job.options.exchanges:
                exchange(job.connection)
                is_exchanged = True
    report = RebuildReport(
        run_id=job.run_id,
        status=Status.SUCCEEDED if tables else Status.STOPPED,
        is_exchanged=is_exchanged,
        tally=tally,
        seconds=(job.clock() - started_at).total_seconds(),
        tables=tables,
        missing=work.missing,
        notes=notes,
    )
    facts = {"run_id": str(job.run_id), "same": report.is_same, "exchanged": is_exchanged}
    logger.info("rebuild", extra={**facts, "seconds": report.seconds, **tally.facts()})
    return report


def _refuse_missing(job: _Job, missing: int, first: str | None) -> None:
    if missing and not job.options.drops_missing:
        raise WarehouseError(
            f"{missing} objects that this warehouse was loaded from are no longer in "
            f"{job.lake.url} (the first is {first}), and a rebuild would lose their events. See "
            "that CLICKSTREAM_LAKE_URL is right; to go on without them, use --drop-missing."
        )


def _fill(job: _Job, work: Work) -> Tally:
    """Load the new schema: from the live tables what is outside the window, the rest by the lake.

    Objects that come meanwhile are loaded too, until hardly any are left.
    """
    total = Tally()
    with inside(job.connection, FRESH):
        if job.options.window:
            copy_rules(job.connection)
            ledger.check_rules(job.connection, job.rules)
            ledger.begin(job.connection, job.run_id, job.clock())
            copy_tables(
                job.connection, job.options.window, run_id=job.run_id,
                timezone=job.rules.timezone, slice_events=job.options.slice_events,
                should_stop=job.should_stop,
                on_slice=lambda part: _show_copy(job, work, total, part),
            )  # fmt: skip
        for _round in range(ROUNDS):
            if job.should_stop() or not _load(job, total, work):
                break
    analyze(job.connection, FRESH)
    return total


def _load(job: _Job, total: Tally, work: Work) -> int:
    """Load what the new schema lacks of the lake; how many objects that was."""

    def show(tally: Tally) -> None:
        events = total.events + tally.events
        job.on_progress(work.share(total.bytes + tally.bytes), f"{events:,} events")

    report = run(
        job.lake, job.connection, rules=job.rules, run_id=job.run_id, clock=job.clock,
        options=Options(slice_events=job.options.slice_events, everything=True, lock=LOCK),
        should_stop=job.should_stop, on_progress=show,
    )  # fmt: skip
    total.add(report.tally)
    return report.tally.objects


def _show_copy(job: _Job, work: Work, total: Tally, part: Tally) -> None:
    total.add(part)
    job.on_progress(work.copied_share(total.events), f"{total.events:,} events")


def _even_out(job: _Job, tally: Tally) -> tuple[str, ...]:
    """Bring both to the same objects; notes on what kept the live ones from it.

    The ETL's lock is ours, so that nothing else loads. The new schema's run comes last: it is the
    one by which readers see that the tables are others.
    """
    notes: list[str] = []
    if _are_live_rules(job):
        expire(job.connection, job.rules, run_id=job.live_id, now=job.clock())
    ahead = _keys_of_one(job.connection, FRESH, LIVE)
    if ahead and _are_live_rules(job):
        try:
            _load_named(job, ahead, job.live_id, LIVE)
        except WarehouseError as error:
            notes.append(f"The old tables could not be brought up to date: {error}")
    elif ahead:
        notes.append("The old tables were made by other rules, and lack what came last.")
    behind = _keys_of_one(job.connection, LIVE, FRESH)
    there = still_there(job.lake, behind)
    tally.add(_load_named(job, [key for key in behind if key in there], job.run_id, FRESH))
    return tuple(notes)


def _load_named(job: _Job, keys: list[str], run_id: UUID, schema: str) -> Tally:
    with inside(job.connection, schema):
        return run(
            job.lake, job.connection, rules=job.rules, run_id=run_id, clock=job.clock,
            options=Options(slice_events=job.options.slice_events, keys=tuple(keys), waits=True),
        ).tally  # fmt: skip


def _are_live_rules(job: _Job) -> bool:
    kept: dict[str, str] = dict(
        job.connection.execute("select key, value from warehouse_settings").fetchall()
    )
    return all(kept.get(key) == value for key, value in job.rules.fingerprint().items())


def _keys_of_one(connection: psycopg.Connection, one: str, other: str) -> list[str]:
    """The objects that are in the ledger of one schema, and not in the other's."""
    statement = sql.SQL("select object_key from {} except select object_key from {} order by 1")
    ledgers = (sql.Identifier(schema, "etl_objects") for schema in (one, other))
    return [str(row[0]) for row in connection.execute(statement.format(*ledgers))]


def _compare(job: _Job) -> tuple[Comparison, ...]:
    job.on_progress(1.0, "comparing")
    job.connection.execute("set enable_seqscan = on")  # which loads do without
    return tuple(
        Comparison(
            table,
            checksum(job.connection, LIVE, table, without=without),
            checksum(job.connection, FRESH, table, without=without),
        )
        for table, without in DERIVED.items()
    )
