"""Lifecycle: of a period's visitors, who is new, returning or resurrected; and who went dormant.

Grain: one row a period. New: the first session ever fell in it. Returning: a session in it and in
the period before. Resurrected: a session in it, none in the period before, and not new. Dormant: a
session in the period before, none in it. The range is widened to whole periods.
"""

import datetime as dt
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.measures import matching_sessions, period_of
from clickstream.analytics.options import Interval, one_of
from clickstream.analytics.period import DateRange, day_start, next_period
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.retention import INTERVALS, widened

STATES: Final = ("new", "returning", "resurrected", "dormant")
STEPS: Final[dict[Interval, sql.SQL]] = {
    "day": sql.SQL("interval '1 day'"),
    "week": sql.SQL("interval '7 days'"),
    "month": sql.SQL("interval '1 month'"),
}
COLUMNS: Final = (
    Column("period", "Period"),
    *(Column(state, state.title(), "count") for state in STATES),
    Column("visitors", "Visitors", "count"),
    Column("is_complete", "Complete"),
)


def plan(request: Request) -> Plan:
    """The one query, from the period before the range on."""
    chosen = one_of("interval", request.options.interval, INTERVALS, "week")
    interval = next(known for known in INTERVALS if known == chosen)
    days = widened(request.scope.range, interval)
    before = next_period(days.first, interval, -1)
    scope = request.scope.over(DateRange(before, days.last, days.zone))
    query = compose(
        "lifecycle",
        period=period_of("s.started_at", scope, interval),
        step=STEPS[interval],
        sessions=matching_sessions(scope) if scope.has_event_filter else sql.SQL("sessions s"),
        during=scope.during("s.started_at"),
        traffic=scope.traffic("s"),
        filters=scope.sessions(),
    )
    return Plan(
        {"lifecycle": query},
        lambda results: shape(request, results, days=days, interval=interval),
    )


def shape(request: Request, results: Results, *, days: DateRange, interval: Interval) -> Answer:
    """A row for every period of the range that has begun."""
    counts = {(row["period"], row["state"]): row["visitors"] for row in results["lifecycle"]}
    rows = []
    period = days.first
    while period <= days.last and day_start(period, days.zone) <= request.now:
        rows.append(_row(request, counts, period, interval))
        period = next_period(period, interval)
    return Answer(
        columns=COLUMNS,
        rows=rows,
        params={"interval": interval, "from": days.first, "to": days.last},
    )


def _row(
    request: Request,
    counts: dict[tuple[dt.date, str], int],
    period: dt.date,
    interval: Interval,
) -> dict[str, Any]:
    states = {state: counts.get((period, state), 0) for state in STATES}
    after = next_period(period, interval)
    return {
        "period": period,
        **states,
        "visitors": sum(states[state] for state in STATES[:3]),
        "is_complete": day_start(after, request.zone) <= request.now,
    }


KIND: Final = Kind(
    name="lifecycle",
    summary="New, returning, resurrected and dormant visitors.",
    plan=plan,
    takes=("interval",),
)
