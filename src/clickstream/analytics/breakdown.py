"""Breakdown: traffic and orders by any field; acquisition: by where sessions came from.

Grain: one row a value of the field and currency with orders (one, with a null currency, where there
are none); the counts of traffic repeat in each. ``acquisition`` has what was spent beside them (see
``spend``). The values with most sessions stand first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from clickstream.analytics import spend
from clickstream.analytics.fields import ALIASES, Field, find_field
from clickstream.analytics.measures import (
    PER_CURRENCY,
    Grouping,
    Key,
    Measures,
    currencies,
    gather,
    metric_value,
    queries,
)
from clickstream.analytics.options import one_of
from clickstream.analytics.query import Answer, Plan, Results
from clickstream.analytics.report import Column, metric_column, previous_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.spend import spend_notes, spend_queries, with_spend

METRICS: Final = (
    "visitors", "sessions", "page_views", "events", "new_visitors", "engaged_sessions",
    "engaged_rate", "bounce_rate", "pages_per_session", "average_duration_ms", "orders",
    "conversion_rate", "revenue", "refunded", "net_revenue", "average_order_value",
)  # fmt: skip
SOURCES: Final = (
    "channel", "source", "medium", "campaign", "referrer", "landing_page", "hostname",
)  # fmt: skip
PREVIOUS: Final = "previous:"
DEFAULT: Final = "channel"


def plan(request: Request) -> Plan:
    """The queries for the range by the field, and for the days before it where asked for."""
    by = request.by or find_field(DEFAULT)
    compared = one_of("compare", request.options.compare, ("previous", "none"), "none")
    wanted = queries(METRICS, request.scope, Grouping(by=by))
    if compared == "previous":
        before = request.scope.over(request.scope.range.before())
        wanted |= queries(METRICS, before, Grouping(by=by), prefix=PREVIOUS)
    return Plan(wanted, lambda results: shape(request, by, results, compared=compared))


def plan_acquisition(request: Request) -> Plan:
    """The same, by a field that says where sessions came from."""
    by = request.options.by
    field = find_field(one_of("by", ALIASES.get(by, by) if by else None, SOURCES, DEFAULT))
    planned = plan(replace(request, options=replace(request.options, limit=None)))
    costs = spend_queries(request.scope, field, field.expression)
    return Plan(
        {**planned.queries, **costs},
        lambda results: with_costs(request, field, planned.shape(results), results),
    )


def with_costs(request: Request, by: Field, answer: Answer, results: Results) -> Answer:
    """The answer with what was spent on each row."""

    def blank(name: str | None, currency: str) -> dict[str, Any]:
        twin: Mapping[str, Any] = next((row for row in found if row[by.name] == name), {})
        empty = {metric: metric_value(metric, Measures(), currency) for metric in METRICS}
        counts = {metric: twin.get(metric, empty[metric]) for metric in METRICS}
        counts |= {metric: empty[metric] for metric in METRICS if metric in PER_CURRENCY}
        return {by.name: name, **counts, "currency": currency}

    found = [dict(row) for row in answer.rows]
    rows = with_spend(found, results, by, orders="orders", blank=blank)
    rows.sort(key=lambda row: _rank(row, by.name))
    return replace(
        answer,
        columns=[*answer.columns, *spend.COLUMNS],
        rows=_limited(rows, by.name, request.options.limit),
        notes=[*answer.notes, *spend_notes(request.scope, by)],
    )


def shape(request: Request, by: Field, results: Results, *, compared: str) -> Answer:
    """The rows by sessions, then visitors and events; those with most first."""
    now, before = gather(results), gather(results, prefix=PREVIOUS)
    is_compared = compared == "previous"
    rows = [
        row
        for key in {**now, **before}
        for row in _rows(by, key, now.get(key, Measures()), _earlier(before, key, is_compared))
    ]
    rows.sort(key=lambda row: _rank(row, by.name))
    kept = _limited(rows, by.name, request.options.limit)
    return Answer(
        columns=_columns(by, is_compared=is_compared),
        rows=kept,
        params={"by": by.name, "compare": compared},
    )


def _earlier(before: Mapping[Key, Measures], key: Key, is_compared: bool) -> Measures | None:  # noqa: FBT001
    return before.get(key, Measures()) if is_compared else None


def _rows(by: Field, key: Key, now: Measures, before: Measures | None) -> list[dict[str, Any]]:
    rows = []
    for currency in currencies([now, before] if before else [now]):
        row: dict[str, Any] = {by.name: key[1]}
        row |= {name: metric_value(name, now, currency) for name in METRICS}
        row["currency"] = currency
        if before is not None:
            row |= {f"{name}_previous": metric_value(name, before, currency) for name in METRICS}
        rows.append(row)
    return rows


def _rank(row: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    most = (-row["sessions"], -row["visitors"], -row["events"])
    return (
        *most,
        row[name] is None,
        str(row[name]),
        row["currency"] is None,
        row["currency"] or "",
    )


def _limited(
    rows: Sequence[dict[str, Any]], name: str, limit: int | None
) -> Sequence[dict[str, Any]]:
    """The rows of the first values: all of a value's currencies, or none."""
    if not limit:
        return rows
    kept = set(list(dict.fromkeys(row[name] for row in rows))[:limit])
    return [row for row in rows if row[name] in kept]


def _columns(by: Field, *, is_compared: bool) -> list[Column]:
    columns = [Column(by.name, by.title), *(metric_column(name) for name in METRICS)]
    columns.append(Column("currency", "Currency"))
    if is_compared:
        columns += [previous_column(name) for name in METRICS]
    return columns


BREAKDOWN: Final = Kind(
    name="breakdown",
    summary="Traffic and orders by any field.",
    plan=plan,
    takes=("by", "compare", "limit"),
)
ACQUISITION: Final = Kind(
    name="acquisition",
    summary="Where sessions came from, and what they brought.",
    plan=plan_acquisition,
    takes=("by", "compare", "limit"),
)
