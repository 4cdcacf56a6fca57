"""Runs: the runs of the ETL, what each one loaded and rejected, and how it ended.

Grain: one row a run that began in the range, the latest first. `coerced` counts, by field, the
events that it took by reading a field of another type (docs/contract.md). Filters and traffic do
not matter here.
"""

from typing import Final

from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import instant
from clickstream.analytics.sources import limit_of

INSTANTS: Final = ("started_at", "finished_at", "last_event_at")
COLUMNS: Final = (
    Column("run_id", "Run"),
    Column("started_at", "Began"),
    Column("finished_at", "Ended"),
    Column("seconds", "Took", "seconds"),
    Column("status", "How it ended"),
    Column("objects", "Objects", "count"),
    Column("bytes", "Bytes", "count"),
    Column("lines", "Lines", "count"),
    Column("events", "New events", "count"),
    Column("duplicates", "Duplicates", "count"),
    metric_column("rejected"),
    Column("rejections", "By reason"),
    Column("coerced", "Read from another type, by field"),
    Column("last_event_at", "Latest event"),
    Column("error", "What went wrong"),
)


def plan(request: Request) -> Plan:
    """The one query over the ETL's books."""
    query = compose(
        "runs",
        now=instant(request.now),
        start=request.scope.start,
        end=request.scope.end,
        limit=limit_of(request.options.limit),
    )
    return Plan({"runs": query}, lambda results: shape(request, results))


def shape(request: Request, results: Results) -> Answer:
    """The runs with their instants in the report's zone."""
    rows = [
        {
            **row,
            **{name: at.astimezone(request.zone) for name in INSTANTS if (at := row[name])},
        }
        for row in results["runs"]
    ]
    return Answer(columns=COLUMNS, rows=rows)


KIND: Final = Kind(
    name="runs",
    summary="The runs of the ETL: what each loaded and rejected, and how it ended.",
    plan=plan,
    takes=("limit",),
)
