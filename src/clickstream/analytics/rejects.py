"""Rejects: what lies in quarantine, by the reason for which it could not be taken.

Grain: one row a reason, of lines received in the range, the most frequent first. Filters and
traffic do not matter here: what was rejected has no fields yet.
"""

from typing import Final

from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request

COLUMNS: Final = (
    Column("reason", "Reason"),
    Column("lines", "Lines", "count"),
    Column("objects", "Objects", "count"),
    Column("first_at", "First"),
    Column("last_at", "Latest"),
    Column("example", "The latest said"),
)


def plan(request: Request) -> Plan:
    """The one query over the quarantine."""
    query = compose("rejects", start=request.scope.start, end=request.scope.end)
    return Plan({"rejects": query}, lambda results: shape(request, results))


def shape(request: Request, results: Results) -> Answer:
    """The reasons with their instants in the report's zone."""
    rows = [
        {
            **row,
            "first_at": row["first_at"].astimezone(request.zone),
            "last_at": row["last_at"].astimezone(request.zone),
        }
        for row in results["rejects"]
    ]
    return Answer(columns=COLUMNS, rows=rows)


KIND: Final = Kind(name="rejects", summary="What lies in quarantine, by reason.", plan=plan)
