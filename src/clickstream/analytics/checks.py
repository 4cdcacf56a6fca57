"""Checks: the latest result of each check of the data's quality, what failed first.

Grain: one row a check. Dates, filters and traffic do not matter here.
"""

from typing import Final

from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request

STATUSES: Final = ("failed", "warned", "passed")
COLUMNS: Final = (
    Column("check_name", "Check"),
    Column("status", "Result"),
    Column("checked_at", "When"),
    Column("observed", "Seen"),
    Column("expected", "Expected"),
    Column("message", "In words"),
    Column("table_name", "Table"),
    Column("examples", "Examples"),
    Column("advice", "What to do"),
)


def plan(request: Request) -> Plan:
    """The one query over the results."""
    return Plan({"checks": compose("checks")}, lambda results: shape(request, results))


def shape(request: Request, results: Results) -> Answer:
    """The results, the worst first."""
    rows = sorted(
        results["checks"], key=lambda row: (STATUSES.index(row["status"]), row["check_name"])
    )
    return Answer(
        columns=COLUMNS,
        rows=[{**row, "checked_at": row["checked_at"].astimezone(request.zone)} for row in rows],
    )


KIND: Final = Kind(
    name="checks", summary="The latest result of each check of the data's quality.", plan=plan
)
