"""Overview: the headline numbers of a range, beside those of as many days before.

Grain: one row a currency with orders (one, with a null currency, when there are none); the counts
of traffic repeat in each, the order figures are that currency's. Keys that end in ``_previous``
are those of the days directly before.
"""

from typing import Any, Final

from clickstream.analytics.measures import (
    Grouping,
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

METRICS: Final = (
    "events", "visitors", "sessions", "page_views", "engaged_rate", "bounce_rate", "new_visitors",
    "pages_per_session", "average_engagement_ms", "average_duration_ms", "orders", "quantity",
    "revenue", "refunded", "net_revenue", "conversion_rate", "visitor_conversion_rate",
    "average_order_value",
)  # fmt: skip
PREVIOUS: Final = "previous:"
TOTAL: Final = (None, None)


def plan(request: Request) -> Plan:
    """The queries for the range and, unless told otherwise, for the days before it."""
    compared = one_of("compare", request.options.compare, ("previous", "none"), "previous")
    wanted = queries(METRICS, request.scope, Grouping())
    if compared == "previous":
        before = request.scope.over(request.scope.range.before())
        wanted |= queries(METRICS, before, Grouping(), prefix=PREVIOUS)
    return Plan(wanted, lambda results: shape(request, results, compared=compared))


def shape(request: Request, results: Results, *, compared: str) -> Answer:
    """The headline rows from the measures of both ranges."""
    now = gather(results).get(TOTAL, Measures())
    before = gather(results, prefix=PREVIOUS).get(TOTAL, Measures())
    is_compared = compared == "previous"
    found = currencies([now, before]) if is_compared else currencies([now])
    params: dict[str, object] = {"compare": compared}
    if is_compared:
        days = request.scope.range.before()
        params |= {"previous_from": days.first, "previous_to": days.last}
    return Answer(
        columns=_columns(is_compared=is_compared),
        rows=[_row(now, before, code, is_compared=is_compared) for code in found],
        params=params,
    )


def _row(
    now: Measures, before: Measures, currency: str | None, *, is_compared: bool
) -> dict[str, Any]:
    row: dict[str, Any] = {name: metric_value(name, now, currency) for name in METRICS}
    row["currency"] = currency
    if is_compared:
        row |= {f"{name}_previous": metric_value(name, before, currency) for name in METRICS}
    return row


def _columns(*, is_compared: bool) -> list[Column]:
    columns = [*(metric_column(name) for name in METRICS), Column("currency", "Currency")]
    if is_compared:
        columns += [previous_column(name) for name in METRICS]
    return columns


KIND: Final = Kind(
    name="overview",
    summary="The headline numbers, beside those of the days before.",
    plan=plan,
    takes=("compare",),
)
