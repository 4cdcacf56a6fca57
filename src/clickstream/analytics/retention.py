"""Retention: of those who came first in a period, how many came again in the periods after it.

Grain: one row a cohort and number of periods after it (0: the cohort's own). A cohort is the
visitors whose first session ever fell in the period (not the first in the range shown); retained in
period k is who had a session in it or, ``on_or_after``, in it or later. ``from_first=purchase``
takes persons (the user, else the visitor), their first order ever, and further orders;
``from_first=any`` takes everybody with a session in the period, again and again. The range is
widened to whole periods. ``complete`` tells whether the period is over. Filters choose the sessions
that exist for this report.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.measures import divide, matching_sessions, period_of
from clickstream.analytics.options import Interval, one_of
from clickstream.analytics.people import PERSON
from clickstream.analytics.period import DateRange, day_start, next_period, period_of_day
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import Scope
from clickstream.analytics.sources import orders_of

INTERVALS: Final[tuple[Interval, ...]] = ("day", "week", "month")
FIRSTS: Final = ("visit", "purchase", "any")
NUMBERS: Final[Mapping[Interval, sql.SQL]] = {
    "day": sql.SQL("active.period - cohorts.cohort"),
    "week": sql.SQL("(active.period - cohorts.cohort) / 7"),
    "month": sql.SQL(
        "((extract(year from active.period) - extract(year from cohorts.cohort)) * 12"
        " + extract(month from active.period) - extract(month from cohorts.cohort))::integer"
    ),
}
COLUMNS: Final = (
    Column("cohort", "Came first in"),
    Column("size", "How many", "count"),
    Column("period", "Periods later", "count"),
    Column("retained", "Came again", "count"),
    Column("rate", "Share", "rate"),
    Column("complete", "Complete"),
)


def plan(request: Request) -> Plan:
    """The one query over sessions or orders, widened to whole periods."""
    options = request.options
    chosen = one_of("interval", options.interval, INTERVALS, "week")
    interval = next(known for known in INTERVALS if known == chosen)
    first = one_of("from_first", options.from_first, FIRSTS, "visit")
    scope = request.scope.over(widened(request.scope.range, interval))
    active = _orders(scope, interval) if first == "purchase" else _sessions(scope, interval)
    cohorts = {"visit": _newcomers, "purchase": _first_orders, "any": _everybody}[first]
    query = compose(
        "retention",
        cohorts=cohorts(scope, interval),
        active=active,
        number=NUMBERS[interval],
        last_number=_last(interval) if options.on_or_after else sql.SQL("null::integer"),
    )
    days = scope.range
    return Plan(
        {"retention": query},
        lambda results: shape(request, results, days=days, interval=interval, first=first),
    )


def _last(interval: Interval) -> sql.Composable:
    """The last period in which a unit was active: sorted for, so only where it is asked for."""
    return sql.SQL("max({}) over (partition by cohorts.cohort, cohorts.unit)").format(
        NUMBERS[interval]
    )


def widened(days: DateRange, interval: Interval) -> DateRange:
    """The range widened to whole periods."""
    last = next_period(period_of_day(days.last, interval), interval) - dt.timedelta(days=1)
    return DateRange(period_of_day(days.first, interval), last, days.zone)


def _sessions(scope: Scope, interval: Interval) -> sql.Composable:
    """Each visitor with each period in which it had a session."""
    return _distinct("s.visitor_id", "s.started_at", _session_source(scope), scope, interval)


def _newcomers(scope: Scope, interval: Interval) -> sql.Composable:
    """Each visitor with the period of its first session ever."""
    return sql.SQL(
        "select unit, period as cohort from ({sessions} and s.is_first_visit) as f"
    ).format(sessions=_sessions(scope, interval))


def _everybody(scope: Scope, interval: Interval) -> sql.Composable:
    return sql.SQL("select unit, period as cohort from ({}) as f").format(
        _sessions(scope, interval)
    )


def _session_source(scope: Scope) -> sql.Composable:
    return matching_sessions(scope) if scope.has_event_filter else sql.SQL("sessions s")


def _distinct(
    unit: str, at: str, source: sql.Composable, scope: Scope, interval: Interval
) -> sql.Composable:
    return sql.SQL(
        "select distinct {unit} as unit, {period} as period from {source}"
        " where {during} and {traffic} and {filters}"
    ).format(
        unit=sql.Identifier(*unit.split(".")),
        period=period_of(at, scope, interval),
        source=source,
        during=scope.during(at),
        traffic=scope.traffic("s"),
        filters=scope.sessions(),
    )


def _orders(scope: Scope, interval: Interval) -> sql.Composable:
    """Each person with each period in which it placed an order."""
    return sql.SQL(
        "select distinct {person} as unit, {period} as period from {orders}"
        " where {during} and {traffic} and {session_filters} and {event_filters}"
    ).format(
        person=PERSON,
        period=period_of("o.ordered_at", scope, interval),
        orders=orders_of(scope, with_session=True),
        during=scope.during("o.ordered_at"),
        traffic=scope.traffic("o"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
    )


def _first_orders(scope: Scope, interval: Interval) -> sql.Composable:
    """Each person with the period of its first order ever, where that lies in the range."""
    return sql.SQL(
        "select unit, {period} as cohort from ("
        "select {person} as unit, min(o.ordered_at) as first_at from {orders}"
        " where {traffic} and {session_filters} and {event_filters} group by 1"
        ") as firsts where first_at >= {start} and first_at < {end}"
    ).format(
        period=period_of("first_at", scope, interval),
        person=PERSON,
        orders=orders_of(scope, with_session=True),
        traffic=scope.traffic("o"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
        start=scope.start,
        end=scope.end,
    )


def shape(
    request: Request, results: Results, *, days: DateRange, interval: Interval, first: str
) -> Answer:
    """The triangle: every cohort with every period since, up to the end of the range."""
    retained: dict[dt.date, dict[int, int]] = defaultdict(dict)
    ended: dict[dt.date, dict[int, int]] = defaultdict(dict)
    for row in results["retention"]:
        retained[row["cohort"]][row["number"]] = row["retained"]
        ended[row["cohort"]][row["number"]] = row["ended"]
    counted = _still_there(ended) if request.options.on_or_after else retained
    return Answer(
        columns=COLUMNS,
        rows=list(_triangle(request, days, interval, retained, counted)),
        params={
            "interval": interval,
            "from_first": first,
            "on_or_after": bool(request.options.on_or_after),
            "from": days.first,
            "to": days.last,
        },
    )


def _still_there(ended: Mapping[dt.date, Mapping[int, int]]) -> dict[dt.date, dict[int, int]]:
    """Who was active in a period or later: those whose last one it is, or a later one."""
    return {
        cohort: {
            number: sum(count for last, count in lasts.items() if last >= number)
            for number in range(max(lasts) + 1)
        }
        for cohort, lasts in ended.items()
    }


def _triangle(
    request: Request,
    days: DateRange,
    interval: Interval,
    retained: Mapping[dt.date, Mapping[int, int]],
    counted: Mapping[dt.date, Mapping[int, int]],
) -> Iterator[dict[str, Any]]:
    cohort = days.first
    while cohort <= days.last:
        size = retained.get(cohort, {}).get(0, 0)
        number, period = 0, cohort
        while period <= days.last and day_start(period, days.zone) <= request.now:
            after = next_period(period, interval)
            count = counted.get(cohort, {}).get(number, 0)
            yield {
                "cohort": cohort,
                "size": size,
                "period": number,
                "retained": count,
                "rate": divide(count, size),
                "complete": day_start(after, days.zone) <= request.now,
            }
            number, period = number + 1, after
        cohort = next_period(cohort, interval)


KIND: Final = Kind(
    name="retention",
    summary="Who came again, by when they came first.",
    plan=plan,
    takes=("interval", "from_first", "on_or_after"),
)
