"""Anomalies: periods in which a metric stood out, with what was to be expected.

Grain: one row a metric, value of a dimension (both null for the whole shop), interval and period
of the range, the latest first. ``explained_by`` names the dimension, and ``explained_value`` the
value of it, that brings most of the difference. Filters and traffic do not matter here: what stood
out was decided over what the detector watches.
"""

from typing import Final

from psycopg import sql

from clickstream.analytics.options import one_of
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import limit_of

INTERVALS: Final = ("hour", "day")
WATCHED: Final = (
    Column("metric", "Metric"),
    Column("dimension", "Of"),
    Column("value", "Value"),
    Column("interval", "Interval"),
    Column("period", "Period"),
    Column("observed", "Seen"),
    Column("expected", "Expected"),
    Column("lower", "At least"),
    Column("upper", "At most"),
    Column("score", "Score"),
)
"""What is said of every watched period, whether it stood out or not."""

COLUMNS: Final = (
    *WATCHED,
    Column("explained_by", "Mostly by"),
    Column("explained_value", "Which"),
    Column("explained_share", "Its share", "rate"),
    Column("detected_at", "Found"),
)


def plan(request: Request) -> Plan:
    """The one query over what was found."""
    interval = request.options.interval
    if interval is not None:
        one_of("interval", interval, INTERVALS, "day")
    query = compose(
        "anomalies",
        start=request.scope.start,
        end=request.scope.end,
        is_interval=sql.SQL("true")
        if interval is None
        else sql.SQL("period_interval = {}").format(sql.Literal(interval)),
        limit=limit_of(request.options.limit),
    )
    return Plan({"anomalies": query}, lambda results: shape(request, results))


def shape(request: Request, results: Results) -> Answer:
    """The rows with their instants in the report's zone."""
    rows = [
        {
            **row,
            "period": row["period"].astimezone(request.zone),
            "detected_at": row["detected_at"].astimezone(request.zone),
        }
        for row in results["anomalies"]
    ]
    return Answer(columns=COLUMNS, rows=rows, params={"interval": request.options.interval})


KIND: Final = Kind(
    name="anomalies",
    summary="What stood out: periods in which a metric was not as expected.",
    plan=plan,
    takes=("interval", "limit"),
)
