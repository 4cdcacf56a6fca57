"""Running a report: plan (pure), fetch, shape (pure); on a connection or an asynchronous one."""

import asyncio
import datetime as dt
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from clickstream.analytics import kept
from clickstream.analytics.options import ReportOptions
from clickstream.analytics.query import Plan, Query, Results, bind, compose, template
from clickstream.analytics.registry import KINDS
from clickstream.analytics.report import Report, Row
from clickstream.analytics.request import Facts, Kind, Request, resolve, resolved_params
from clickstream.errors import ReportError

SNAPSHOT: Final = "set transaction isolation level repeatable read; set local work_mem = '32MB'"
"""One state for all queries; and room to count a few hundred thousand visitors by hashing."""

EXCLUDED: Final = "excluded"
BATCH: Final = 2000
"""Rows that are read before other tasks have their turn."""


def run_report(connection: psycopg.Connection, name: str, options: ReportOptions) -> Report:
    """The answer to a named question, all of its queries seeing one state of the warehouse.

    Raises ReportError for an unknown name or options that the report cannot answer.
    """
    kind = find_kind(name)
    is_outermost = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction():
        if is_outermost:
            connection.execute(SNAPSHOT)
        request = resolve(kind, options, read_facts(_fetch(connection, FACTS)))
        plan = full_plan(kind, request)
        results: dict[str, Sequence[Row]] = {}
        if kind.name in kept.KEPT:
            results.update(kept.read_kept(connection, plan, _fetch(connection, kept.lookup(plan))))
        for key, query in plan.queries.items():
            if key not in results:
                results[key] = _fetch(connection, query)
    return make_report(kind, request, plan, results)


async def arun_report(
    connection: psycopg.AsyncConnection, name: str, options: ReportOptions
) -> Report:
    """The same as ``run_report``, on an asynchronous connection; cancelling it stops the query.

    What takes long, other tasks do not wait for: many rows come in batches, and the answer of a
    heavy report is made in a thread.
    """
    kind = find_kind(name)
    is_outermost = connection.info.transaction_status == TransactionStatus.IDLE
    async with connection.transaction():
        if is_outermost:
            await connection.execute(SNAPSHOT)
        request = resolve(kind, options, read_facts(await _afetch(connection, FACTS)))
        plan = full_plan(kind, request)
        results: dict[str, Sequence[Row]] = {}
        if kind.name in kept.KEPT:
            results.update(
                kept.read_kept(connection, plan, await _afetch(connection, kept.lookup(plan)))
            )
        for key, query in plan.queries.items():
            if key not in results:
                results[key] = await _afetch(connection, query)
    if kind.is_heavy:
        return await asyncio.to_thread(make_report, kind, request, plan, results)
    return make_report(kind, request, plan, results)


def keep_results(
    connection: psycopg.Connection, options: ReportOptions, *, at_most: dt.timedelta
) -> int:
    """How many queries' rows are kept now, of the default questions that ``options`` mean.

    The connection is the ETL's, and in no transaction. What is not asked within ``at_most``, and
    what cannot be asked with these options, is left to whoever asks it. Nothing is kept while
    keeping would take more than its part of the time, see ``kept``.
    """
    if not kept.is_due(connection, now=options.now):
        return 0
    began, asked = time.monotonic(), set[bytes]()
    for name in kept.KEPT:
        left = at_most.total_seconds() - (time.monotonic() - began)
        if left <= 0:
            break
        found = _ask(connection, find_kind(name), options, seconds=left, without=asked)
        kept.store(connection, found)
        asked |= {one.question for one in found}
    took = dt.timedelta(seconds=time.monotonic() - began)
    kept.rest(connection, now=options.now, took=took)
    return len(asked)


def _ask(
    connection: psycopg.Connection,
    kind: Kind,
    options: ReportOptions,
    *,
    seconds: float,
    without: Collection[bytes],
) -> list[kept.Found]:
    """The rows of a report's slow queries; none where they take longer than ``seconds``."""
    try:
        with connection.transaction():
            connection.execute(SNAPSHOT)
            connection.execute(f"set local statement_timeout = {max(1, int(seconds * 1000))}")
            request = resolve(kind, options, read_facts(_fetch(connection, FACTS)))
            plan = full_plan(kind, request)
            return kept.ask(connection, kind.name, plan, without=without)
    except psycopg.errors.QueryCanceled:
        return []


def report_sql(connection: psycopg.Connection, name: str, options: ReportOptions) -> str:
    """The statements that a report would run, values filled in, each under its name."""
    kind = find_kind(name)
    request = resolve(kind, options, read_facts(_fetch(connection, FACTS)))
    cursor = psycopg.ClientCursor(connection)
    texts = [
        f"-- query: {key}\n{cursor.mogrify(query.statement, query.values)};\n"
        for key, query in full_plan(kind, request).queries.items()
    ]
    return "\n".join(texts)


def find_kind(name: str) -> Kind:
    """The report of a name. Raises ReportError, with the names that there are."""
    kind = KINDS.get(name)
    if kind is None:
        raise ReportError(f"There is no report {name!r}. There are: {', '.join(KINDS)}.")
    return kind


def full_plan(kind: Kind, request: Request) -> Plan:
    """The report's own plan, and the query for what is left out by default."""
    plan = kind.plan(request)
    if "exclude" not in (request.scope.bots, request.scope.internal):
        return plan
    excluded = compose("excluded", during=request.scope.during("s.started_at"))
    return Plan({**plan.queries, EXCLUDED: excluded}, plan.shape)


def read_facts(rows: Sequence[Row]) -> Facts:
    """The facts that the one row of ``facts.sql`` states."""
    row = rows[0]
    return Facts(
        timezone=row["timezone"] or "UTC",
        loaded_at=row["loaded_at"],
        last_event_at=row["last_event_at"],
        has_details=row["has_details"],
    )


def make_report(kind: Kind, request: Request, plan: Plan, results: Results) -> Report:
    """The report from the rows of its plan's queries."""
    answer = plan.shape(results)
    return Report(
        name=kind.name,
        params={**resolved_params(request), **answer.params},
        columns=answer.columns,
        rows=answer.rows,
        summary=answer.summary,
        excluded=read_excluded(request, results.get(EXCLUDED, ())),
        notes=[*_hints(request), *answer.notes, *request.by_notes],
        as_of=request.facts.loaded_at,
    )


def read_excluded(request: Request, rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Sessions, and their events, that were left out: as bots, and of the others as internal."""
    left_out: dict[str, dict[str, int]] = {}
    if request.scope.bots == "exclude":
        left_out["bots"] = _sum(row for row in rows if row["is_bot"])
    if request.scope.internal == "exclude":
        bots = request.scope.bots
        kept = (row for row in rows if row["is_internal"])
        if bots != "include":
            kept = (row for row in kept if row["is_bot"] == (bots == "only"))
        left_out["internal"] = _sum(kept)
    return left_out


def _sum(rows: Iterable[Row]) -> dict[str, int]:
    found = list(rows)
    return {name: sum(row[name] for row in found) for name in ("sessions", "events")}


def _hints(request: Request) -> list[str]:
    last = request.facts.last_event_at
    if last is None:
        return ["The warehouse holds no events yet."]
    if last < request.scope.range.start:
        day: dt.date = last.astimezone(request.zone).date()
        return [f"There are no events in these days; the latest is of {day}: use --from and --to."]
    return []


def _fetch(connection: psycopg.Connection, query: Query) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query.statement, query.values or None, prepare=False)
        return list(cursor.fetchall())


async def _afetch(connection: psycopg.AsyncConnection, query: Query) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query.statement, query.values or None, prepare=False)
        rows: list[Row] = []
        while batch := await cursor.fetchmany(BATCH):
            rows += batch
            await asyncio.sleep(0)
        return rows


FACTS: Final = bind(template("facts"))
