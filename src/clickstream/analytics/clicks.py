"""Clicks: which elements of which pages were clicked.

Grain: one row a page and element (its tag, id, role and text, as they were sent), the most clicked
first. A click is an event whose action is click, or that names an element.
"""

from typing import Any, Final

from clickstream.analytics.measures import divide
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import counted_events, limit_of

COLUMNS: Final = (
    Column("page", "Page"),
    Column("tag", "Element"),
    Column("element_id", "Id"),
    Column("role", "Role"),
    Column("text", "Text"),
    Column("clicks", "Clicks", "count"),
    metric_column("visitors"),
    metric_column("sessions", title="Sessions with it"),
    metric_column("views", title="Views of the page"),
    Column("clicks_per_view", "Clicks a view", "ratio"),
)


def plan(request: Request) -> Plan:
    """The one query over the clicks of the range."""
    scope = request.scope
    query = compose(
        "clicks",
        **counted_events(scope),
        limit=limit_of(request.options.limit),
    )
    return Plan({"clicks": query}, shape)


def shape(results: Results) -> Answer:
    """The rows with clicks a view of their page."""
    return Answer(columns=COLUMNS, rows=[_row(row) for row in results["clicks"]])


def _row(row: Row) -> dict[str, Any]:
    return {**row, "clicks_per_view": divide(row["clicks"], row["views"])}


KIND: Final = Kind(
    name="clicks", summary="What was clicked, on which page.", plan=plan, takes=("limit",)
)
