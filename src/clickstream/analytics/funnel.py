"""Funnel: how many visitors or sessions went through steps, how far they came, and how fast.

Grain: one row a step (and value of the dimension, and period of the first step). A unit counts
once, by the start that reaches furthest, of equal ones the earliest. The first step falls in the
range; later steps may follow it within the window, which runs from the first step and includes its
end. ``default`` order: each step at or after the one before, by a different event; events at one
instant are taken in the order of the first step that they meet, then by id. ``strict``: no event of
the steps' kind stands between; events go by instant and id, as in journeys. ``any``: step k counts
the units that met steps 1 to k in any order within the window of the earliest; its time is that at
which all of them were met.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from clickstream.analytics import funnel_chains as chains
from clickstream.analytics.fields import Field
from clickstream.analytics.filters import text_array
from clickstream.analytics.measures import divide, period_of
from clickstream.analytics.options import INTERVALS, Interval, ReportOptions, one_of
from clickstream.analytics.period import read_duration
from clickstream.analytics.query import Answer, Plan, Query, Results, compose, template
from clickstream.analytics.report import Column, Row
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.saved import CHECKOUT
from clickstream.analytics.scope import EVENT_LINES, Scope, instant
from clickstream.analytics.sources import events_of, joined_sessions
from clickstream.analytics.steps import (
    KIND_SQL,
    MAX_STEPS,
    ORDERS,
    UNITS,
    Step,
    read_step,
    reads_sessions,
)
from clickstream.errors import ReportError

WINDOW: Final = "14d"
BINS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """What is asked: steps, their order, the window, whom to count, and how to break it down."""

    steps: tuple[Step, ...]
    excluded: tuple[Step, ...]
    order: str
    window: timedelta
    unit: str
    by: Field | None
    trend: Interval | None
    reads_sessions: bool


def plan(request: Request) -> Plan:
    """The query for the steps, with the times from first to last."""
    funnel = read_funnel(request)
    query = _query(request.scope, funnel)
    return Plan({"steps": query}, lambda results: shape(request, funnel, results))


def read_funnel(request: Request) -> Funnel:
    """The funnel that the options ask for. Raises ReportError where they make none."""
    options = named_options(request.options)
    texts = options.steps or CHECKOUT.steps
    excluded = options.exclude_steps or ()
    if len(texts) > MAX_STEPS:
        raise ReportError(f"There are {len(texts)} steps; a funnel has at most {MAX_STEPS}")
    trend = one_of("trend", options.trend, INTERVALS, "") if options.trend else None
    return Funnel(
        steps=tuple(read_step(text) for text in texts),
        excluded=tuple(read_step(text) for text in excluded),
        order=one_of("order", options.order, ORDERS, "default"),
        window=read_duration("window", options.window or WINDOW),
        unit=one_of("unit", options.unit, UNITS, "visitor"),
        by=request.by,
        trend=next((known for known in INTERVALS if known == trend), None),
        reads_sessions=reads_sessions((*texts, *excluded)),
    )


def named_options(options: ReportOptions) -> ReportOptions:
    """The options with those of the funnel that they name; what is given beside it counts."""
    if options.steps:
        if options.funnel:
            raise ReportError(f"--step and --name {options.funnel!r} exclude each other; give one")
        return options
    saved = options.saved.funnel(options.funnel or CHECKOUT.name)
    return replace(
        options,
        steps=saved.steps,
        exclude_steps=options.exclude_steps or saved.exclude_steps,
        order=options.order or saved.order,
        window=options.window or saved.window,
        unit=options.unit or saved.unit,
    )


def _query(scope: Scope, funnel: Funnel) -> Query:
    number = len(funnel.steps)
    is_strict = funnel.order == "strict"
    if funnel.order == "any":
        found = chains.any_chains(funnel.steps)
        attempts = chains.any_attempts(number, funnel.window)
    else:
        found = chains.ordered_chains(
            number, is_strict=is_strict, has_excluded=bool(funnel.excluded)
        )
        attempts = chains.ordered_attempts(number, funnel.window)
    return compose(
        "funnel_totals",
        matched=_matched(scope, funnel),
        is_second=chains.met(2) if number > 1 else sql.SQL("false"),
        tie=_tie(funnel),
        chains=found,
        attempts=attempts,
        period=period_of("started_at", scope, funnel.trend),
        shallow=_shallow(scope, funnel),
        number=sql.SQL(str(number)),
        start=scope.start,
        end=scope.end,
    )


def _shallow(scope: Scope, funnel: Funnel) -> sql.Composable:
    """Those who never met the second step; sorted out only where it matters when they began."""
    days = {"start": scope.start, "end": scope.end}
    if funnel.by is None and funnel.trend is None:
        return template("funnel_shallow_counted").format(**days)
    return template("funnel_shallow").format(
        **days, period=period_of("event_timestamp", scope, funnel.trend), tie=_tie(funnel)
    )


def _tie(funnel: Funnel) -> sql.Composable:
    """What decides the order of a unit's events at one instant, before their ids."""
    return sql.SQL("1::int") if funnel.order == "strict" else chains.lowest_step(len(funnel.steps))


def _matched(scope: Scope, funnel: Funnel) -> sql.Composable:
    wanted = (*funnel.steps, *funnel.excluded)
    relevant = [step.condition for step in wanted]
    actions = {step.action for step in wanted}
    if funnel.order == "strict":
        relevant += [KIND_SQL[kind] for kind in sorted({step.kind for step in funnel.steps})]
        actions.add(None)
    return template("funnel_matched").format(
        unit=sql.Identifier(f"{funnel.unit}_id"),
        dimension=_dimension(funnel.by),
        is_excluded=_any_of([step.condition for step in funnel.excluded]),
        steps=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(step.condition, chains.met(place))
            for place, step in enumerate(funnel.steps, 1)
        ),
        events=_events(scope, funnel),
        start=scope.start,
        end=instant(scope.range.end + funnel.window),
        traffic=scope.traffic("e"),
        session_filters=scope.sessions(),
        unit_filter=_unit_filter(scope, funnel),
        narrowed=_one_of(actions),
        is_relevant=_any_of(relevant),
    )


def _events(scope: Scope, funnel: Funnel) -> sql.Composable:
    is_by_session = funnel.by is not None and funnel.by.level == "session"
    if scope.has_session_filter or is_by_session or funnel.reads_sessions:
        return sql.SQL("events e {}").format(joined_sessions(scope))
    return sql.SQL("events e")


def _dimension(by: Field | None) -> sql.Composable:
    if by is None:
        return sql.SQL("null::text")
    if by.level != "line":
        return by.expression
    return sql.SQL("(select min({}) from {})").format(by.expression, EVENT_LINES)


def _unit_filter(scope: Scope, funnel: Funnel) -> sql.Composable:
    """Under a filter on events: units with at least one matching event in the range."""
    if not scope.has_event_filter:
        return sql.SQL("true")
    return sql.SQL(
        "e.{unit} in (select e.{unit} from {events}"
        " where {during} and {traffic} and {session_filters} and {event_filters})"
    ).format(
        unit=sql.Identifier(f"{funnel.unit}_id"),
        events=events_of(scope),
        during=scope.during("e.event_timestamp"),
        traffic=scope.traffic("e"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
    )


def _one_of(actions: Set[str | None]) -> sql.Composable:
    """Where each step asks for an action: those alone, which an index finds."""
    known = sorted(action for action in actions if action)
    if None in actions:
        return sql.SQL("true")
    return sql.SQL("e.action = any({})").format(text_array(known))


def _any_of(conditions: Sequence[sql.Composable]) -> sql.Composable:
    if not conditions:
        return sql.SQL("false")
    return sql.SQL("({})").format(sql.SQL(" or ").join(conditions))


def shape(request: Request, funnel: Funnel, results: Results) -> Answer:
    """The steps of each group, also those that nobody reached."""
    rows = [row for group in _groups(funnel, results["steps"]) for row in _rows(funnel, group)]
    options = request.options
    seconds = sorted(float(one) for row in results["steps"] for one in row["seconds"] or ())
    return Answer(
        columns=_columns(funnel),
        rows=rows,
        params={
            "step": [step.name for step in funnel.steps],
            "exclude_step": [step.name for step in funnel.excluded],
            "order": funnel.order,
            "name": None if options.steps else options.funnel or CHECKOUT.name,
            "window": named_options(options).window or WINDOW,
            "unit": funnel.unit,
            "by": funnel.by.name if funnel.by else None,
            "trend": funnel.trend,
        },
        summary={"time_to_convert": time_to_convert(seconds)},
    )


def _groups(funnel: Funnel, rows: Sequence[Row]) -> list[list[Row]]:
    """The rows by period and dimension: periods in order, the largest first steps first."""
    groups: dict[tuple[Any, Any], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["dimension"], row["period"]), []).append(row)
    if not groups and funnel.by is None and funnel.trend is None:
        return [[]]
    if funnel.trend is not None:
        return sorted(groups.values(), key=lambda rows: (rows[0]["period"], -rows[0]["count"]))
    return sorted(groups.values(), key=lambda rows: (-rows[0]["count"], str(rows[0]["dimension"])))


def _rows(funnel: Funnel, group: Sequence[Row]) -> list[dict[str, Any]]:
    counts = {row["step"]: row for row in group}
    first = counts[1]["count"] if counts else 0
    previous = first
    rows: list[dict[str, Any]] = []
    for number, step in enumerate(funnel.steps, 1):
        found = counts.get(number, {})
        count = found.get("count", 0)
        row: dict[str, Any] = {}
        if funnel.trend is not None:
            row["period"] = group[0]["period"]
        if funnel.by is not None:
            row[funnel.by.name] = group[0]["dimension"]
        row |= {
            "step": number,
            "name": step.name,
            "count": count,
            "rate_from_first": divide(count, first),
            "rate_from_previous": divide(count, previous),
            "drop_off": previous - count,
            "median_seconds_from_previous": _float(found.get("median_seconds_from_previous")),
            "mean_seconds_from_previous": _float(found.get("mean_seconds_from_previous")),
        }
        rows.append(row)
        previous = count
    return rows


def time_to_convert(seconds: Sequence[float]) -> dict[str, Any]:
    """How long the units took from the first to the last step, and the distribution of it.

    The bins are of one width, from the quickest to the slowest; the number of bins is the cube root
    of the number of units, as PostHog chooses it.
    """
    if not seconds:
        return {"units": 0, "bins": []}
    low, high = seconds[0], seconds[-1]
    number = max(1, min(BINS, math.ceil(len(seconds) ** (1 / 3))))
    width = (high - low) / number or 1.0
    bins = [0] * number
    for value in seconds:
        bins[min(number - 1, int((value - low) / width))] += 1
    middle = len(seconds) // 2
    return {
        "units": len(seconds),
        "mean_seconds": math.fsum(seconds) / len(seconds),
        "median_seconds": (seconds[middle] + seconds[~middle]) / 2,
        "bins": [
            {"from_seconds": low + place * width, "units": count}
            for place, count in enumerate(bins)
        ],
    }


def _float(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def _columns(funnel: Funnel) -> list[Column]:
    columns: list[Column] = []
    if funnel.trend is not None:
        columns.append(Column("period", funnel.trend.title()))
    if funnel.by is not None:
        columns.append(Column(funnel.by.name, funnel.by.title))
    return [
        *columns,
        Column("step", "Step"),
        Column("name", "What"),
        Column("count", "Visitors" if funnel.unit == "visitor" else "Sessions", "count"),
        Column("rate_from_first", "Of the first", "rate"),
        Column("rate_from_previous", "Of the one before", "rate"),
        Column("drop_off", "Lost", "count"),
        Column("median_seconds_from_previous", "Median time", "seconds"),
        Column("mean_seconds_from_previous", "Mean time", "seconds"),
    ]


KIND: Final = Kind(
    name="funnel",
    summary="How far visitors or sessions come through steps, and how fast.",
    plan=plan,
    takes=("steps", "funnel", "exclude_steps", "order", "window", "unit", "by", "trend"),
)
