"""Search: what visitors searched for in the shop, and what they did after it.

Grain: one row a term, in lower case and trimmed, the most frequent first. What followed is what
happened later in the same session; an exit is a search after which nothing did, a refinement one
after which another search did.
"""

from typing import Any, Final

from clickstream.analytics.measures import divide
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import counted_events, limit_of

COLUMNS: Final = (
    Column("search_term", "Searched for"),
    Column("searches", "Searches", "count"),
    metric_column("visitors"),
    metric_column("sessions", title="Sessions with it"),
    Column("exits", "Nothing after it", "count"),
    Column("refinements", "Searched again", "count"),
    Column("sessions_with_view", "Sessions with a product after it", "count"),
    Column("sessions_with_cart", "Sessions with a cart after it", "count"),
    Column("sessions_with_purchase", "Sessions with a purchase after it", "count"),
    Column("exit_rate", "Exit rate", "rate"),
    Column("view_rate", "Product rate", "rate"),
    Column("purchase_rate", "Purchase rate", "rate"),
)


def plan(request: Request) -> Plan:
    """The one query over the searches of the range and what followed them."""
    scope = request.scope
    query = compose(
        "search",
        **counted_events(scope),
        limit=limit_of(request.options.limit),
    )
    return Plan({"search": query}, shape)


def shape(results: Results) -> Answer:
    """The rows with their rates."""
    return Answer(columns=COLUMNS, rows=[_row(row) for row in results["search"]])


def _row(row: Row) -> dict[str, Any]:
    return {
        **row,
        "exit_rate": divide(row["exits"], row["searches"]),
        "view_rate": divide(row["sessions_with_view"], row["sessions"]),
        "purchase_rate": divide(row["sessions_with_purchase"], row["sessions"]),
    }


KIND: Final = Kind(
    name="search",
    summary="What visitors searched for, and what followed.",
    plan=plan,
    takes=("limit",),
)
