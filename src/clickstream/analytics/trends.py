"""Trends: one or more metrics by hour, day, week or month, beside the days before.

Grain: one row a metric, period, value of the dimension and, for money, currency; every period of
the range is there, also where nothing happened. ``previous`` is the value of the period with the
same place in the days directly before; ``is_complete`` tells whether the period lies wholly in the
range and is over. Visitors of a period are counted over it, so periods do not add up to the range.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics.fields import Field
from clickstream.analytics.measures import (
    ALL,
    MONEY,
    Grouping,
    Key,
    Measures,
    Value,
    currencies,
    gather,
    known_metrics,
    metric_value,
    queries,
)
from clickstream.analytics.options import INTERVALS, Interval, one_of
from clickstream.analytics.period import Period
from clickstream.analytics.query import Answer, Plan, Results
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request
from clickstream.contract.metrics import METRICS
from clickstream.errors import ReportError

PREVIOUS: Final = "previous:"
DEFAULT: Final = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What is drawn: metrics by periods, by a field's values, beside the days before or not."""

    metrics: tuple[str, ...]
    interval: Interval
    by: Field | None
    is_compared: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trend: a metric, for one currency and one value of the dimension."""

    metric: str
    currency: str | None
    value: str | None


def plan(request: Request) -> Plan:
    """The queries for the range and for the days before it."""
    trend = read_trend(request)
    grouping = Grouping(trend.interval, trend.by)
    wanted = queries(trend.metrics, request.scope, grouping)
    if trend.is_compared:
        before = request.scope.over(request.scope.range.before())
        wanted |= queries(trend.metrics, before, grouping, prefix=PREVIOUS)
    return Plan(wanted, lambda results: shape(request, trend, results))


def read_trend(request: Request) -> Trend:
    """The trend that the options ask for. Raises ReportError for an unknown metric or interval."""
    options = request.options
    metrics = options.metrics or (DEFAULT,)
    for name in metrics:
        if name not in known_metrics():
            raise ReportError(f"--metric is {name!r}; it is one of {', '.join(known_metrics())}")
    interval = one_of("interval", options.interval, INTERVALS, "day")
    return Trend(
        metrics=metrics,
        interval=next(known for known in INTERVALS if known == interval),
        by=request.by,
        is_compared=one_of("compare", options.compare, ("previous", "none"), "previous")
        == "previous",
        limit=options.limit or 0,
    )


def shape(request: Request, trend: Trend, results: Results) -> Answer:
    """The rows of every period, from the measures of both ranges."""
    now, before = gather(results), gather(results, prefix=PREVIOUS)
    values = _dimension_values(trend, now) if trend.by else [None]
    codes = currencies([*now.values(), *before.values()])
    rows = [
        row
        for name in trend.metrics
        for currency in (codes if name in MONEY else [ALL])
        for value in values
        for row in _series(request, trend, Line(name, currency, value), (now, before))
    ]
    return Answer(
        columns=_columns(trend),
        rows=rows,
        params={
            "metric": list(trend.metrics) if len(trend.metrics) > 1 else trend.metrics[0],
            "interval": trend.interval,
            "by": trend.by.name if trend.by else None,
            "compare": "previous" if trend.is_compared else "none",
        },
    )


def _series(
    request: Request,
    trend: Trend,
    line: Line,
    groups: tuple[Mapping[Key, Measures], Mapping[Key, Measures]],
) -> Iterator[dict[str, Any]]:
    """One line over all periods."""
    now, before = groups
    name, currency, value = line.metric, line.currency, line.value
    days = request.scope.range
    earlier = days.before().periods(trend.interval) if trend.is_compared else []
    for place, period in enumerate(days.periods(trend.interval)):
        row: dict[str, Any] = {"period": show_period(period, request)}
        if trend.by is not None:
            row[trend.by.name] = value
        row["metric"] = name
        row["value"] = metric_value(name, now.get((period, value)), currency)
        if name in MONEY:
            row["currency"] = currency
        if trend.is_compared:
            twin = earlier[place] if place < len(earlier) else None
            row["previous_period"] = show_period(twin, request)
            row["previous"] = _earlier_value(name, before, (twin, value), currency)
        row["is_complete"] = days.is_complete(period, trend.interval, request.now)
        yield row


def _earlier_value(
    name: str, before: Mapping[Key, Measures], key: Key, currency: str | None
) -> Value:
    return None if key[0] is None else metric_value(name, before.get(key), currency)


def show_period(period: Period | None, request: Request) -> Period | None:
    """A period as it is shown: a day as it is, an hour in the report's zone."""
    return period.astimezone(request.zone) if isinstance(period, dt.datetime) else period


def _dimension_values(trend: Trend, groups: Mapping[Key, Measures]) -> list[str | None]:
    """The field's values, those with most of the first metric over all periods first."""
    weights: dict[str | None, float] = {}
    for (_, value), group in groups.items():
        amount = metric_value(trend.metrics[0], group, ALL) or 0
        if trend.metrics[0] in MONEY:
            amount = sum(
                metric_value(trend.metrics[0], group, code) or 0 for code in group.currencies
            )
        weights[value] = weights.get(value, 0.0) + float(amount)
    ordered = sorted(weights, key=lambda value: (-weights[value], value is None, value or ""))
    return ordered[: trend.limit] if trend.limit else ordered


def _columns(trend: Trend) -> Sequence[Column]:
    unit = METRICS[trend.metrics[0]].unit if len(trend.metrics) == 1 else None
    columns = [Column("period", trend.interval.title())]
    if trend.by is not None:
        columns.append(Column(trend.by.name, trend.by.title))
    title = METRICS[trend.metrics[0]].title if len(trend.metrics) == 1 else "Value"
    columns += [Column("metric", "Metric"), Column("value", title, unit)]
    if MONEY.intersection(trend.metrics):
        columns.append(Column("currency", "Currency"))
    if trend.is_compared:
        columns += [
            Column("previous_period", "Before"),
            Column("previous", f"{title} before", unit),
        ]
    return [*columns, Column("is_complete", "Complete")]


KIND: Final = Kind(
    name="trends",
    summary="A metric over time, beside the days before.",
    plan=plan,
    takes=("metrics", "interval", "by", "compare", "limit"),
)
