"""Bands: what was expected of every watched hour and day, for drawing it around a trend.

Grain: one row a metric, value of a dimension (both null for the whole shop), interval and period
of the range, the oldest first. ``lower`` and ``upper`` bound what was to be expected. Filters and
traffic do not matter here, as with anomalies.
"""

from typing import Final

from psycopg import sql

from clickstream.analytics.anomalies import INTERVALS, WATCHED
from clickstream.analytics.filters import text_array
from clickstream.analytics.options import one_of
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import limit_of


def plan(request: Request) -> Plan:
    """The one query over the watched periods."""
    options = request.options
    interval = one_of("interval", options.interval, INTERVALS, "day")
    metrics = text_array(options.metrics) if options.metrics else None
    query = compose(
        "bands",
        start=request.scope.start,
        end=request.scope.end,
        is_interval=sql.SQL("period_interval = {}").format(sql.Literal(interval)),
        is_metric=sql.SQL("metric = any({})").format(metrics) if metrics else sql.SQL("true"),
        limit=limit_of(options.limit),
    )
    return Plan({"bands": query}, lambda results: shape(request, results, interval))


def shape(request: Request, results: Results, interval: str) -> Answer:
    """The rows with their periods in the report's zone."""
    rows = [{**row, "period": row["period"].astimezone(request.zone)} for row in results["bands"]]
    params = {"interval": interval, "metric": list(request.options.metrics or ())}
    return Answer(columns=WATCHED, rows=rows, params=params)


KIND: Final = Kind(
    name="bands",
    summary="What was expected of each hour or day, and between which bounds.",
    plan=plan,
    takes=("metrics", "interval", "limit"),
)
