"""Products' carts: what became of the carts that held a product, or one of a brand or category.

Grain: one row a product, brand or category, those left in most carts first. Carts are those of the
report ``orders``: a cart is abandoned when its visitor founded no order within 24 hours of the last
addition, pending until then.
"""

from typing import Final

from psycopg import sql

from clickstream.analytics.filters import condition_sql
from clickstream.analytics.options import one_of
from clickstream.analytics.orders import cart_runs, cart_summary
from clickstream.analytics.product_keys import BY, named_columns
from clickstream.analytics.query import Answer, Plan, Results, all_of, compose
from clickstream.analytics.report import Column, metric_column
from clickstream.analytics.request import Request
from clickstream.analytics.scope import EVENT_LINES, instant

MEMBERS: Final = sql.SQL(", array_agg(event_id) as event_ids")


def plan(request: Request) -> Plan:
    """The one query over the carts of the range."""
    scope = request.scope
    by = one_of("by", request.options.by, BY, "product")
    query = compose(
        "carts_products",
        runs=cart_runs(scope, members=MEMBERS),
        lines=EVENT_LINES,
        keys=sql.SQL(", ").join(sql.Identifier(key) for key in BY[by]),
        line_filters=all_of([condition_sql(condition) for condition in scope.line_conditions]),
        start=scope.start,
        end=scope.end,
        now=instant(request.now),
    )
    return Plan({"carts": query}, lambda results: shape(request, by, results))


def shape(request: Request, by: str, results: Results) -> Answer:
    """The rows with the share that was abandoned."""
    rows = [cart_summary(row) for row in results["carts"]]
    rows.sort(key=lambda row: -row["abandoned_carts"])
    limit = request.options.limit
    return Answer(
        columns=[
            *named_columns(BY[by]),
            Column("carts", "Carts with it", "count"),
            Column("ordered_carts", "Ordered", "count"),
            metric_column("abandoned_carts"),
            Column("pending_carts", "Pending", "count"),
            metric_column("settled_carts"),
            metric_column("cart_abandonment_rate"),
        ],
        rows=rows[:limit] if limit else rows,
        params={"kind": "carts", "by": by},
    )
