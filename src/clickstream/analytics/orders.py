"""Orders: every order with what was refunded of it; and in the summary, revenue and carts.

Grain: one row an order, the latest first. ``summary`` has the totals per currency (refunds there
are those of these orders, whenever they were given) and what became of the carts that were opened
in the range.
"""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.measures import divide
from clickstream.analytics.period import day_start
from clickstream.analytics.query import Answer, Plan, Query, Results, compose, template
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import LONGEST_SESSION, Scope, instant
from clickstream.analytics.sources import counted_events, counted_orders, limit_of

NOTHING: Final = sql.SQL("")
CART_OPEN: Final = dt.timedelta(hours=24)
"""How long after its last addition a cart may still be ordered."""
COLUMNS: Final = (
    Column("order_id", "Order"),
    Column("ordered_at", "Placed"),
    Column("visitor_id", "Visitor"),
    Column("user_id", "User"),
    Column("session_id", "Session"),
    Column("channel", "Channel"),
    Column("value", "Value", "money"),
    Column("refunded", "Refunded", "money"),
    Column("net_value", "Net value", "money"),
    Column("currency", "Currency"),
    metric_column("quantity", title="Units"),
    Column("tax", "Tax", "money"),
    Column("shipping", "Shipping", "money"),
    Column("coupon", "Coupon"),
    Column("duplicates", "Sent again", "count"),
)


def plan(request: Request) -> Plan:
    """The orders, their totals, and the carts."""
    fragments = counted_orders(request.scope, with_session=True)
    limit = request.options.limit
    return Plan(
        {
            "orders": compose("orders", **fragments, limit=limit_of(limit)),
            "totals": compose("order_totals", **fragments),
            "carts": _carts(request),
        },
        lambda results: shape(request, results),
    )


def _carts(request: Request) -> Query:
    scope, today = request.scope, request.now.astimezone(request.zone).date()
    return compose(
        "carts",
        runs=cart_runs(scope),
        start=scope.start,
        end=scope.end,
        over=instant(day_start(today, request.zone) - CART_OPEN),
    )


def cart_runs(scope: Scope, *, members: sql.Composable = NOTHING) -> sql.Composable:
    """The visitors' carts around the range: one row a cart."""
    return template("carts_runs").format(
        **counted_events(scope),
        earliest=instant(scope.range.start - LONGEST_SESSION),
        members=members,
    )


def shape(request: Request, results: Results) -> Answer:
    """The orders in the report's zone, and the summary."""
    rows = [
        {**row, "ordered_at": row["ordered_at"].astimezone(request.zone)}
        for row in results["orders"]
    ]
    totals = [_total(row) for row in results["totals"]]
    return Answer(
        columns=COLUMNS,
        rows=rows,
        summary={"totals": totals, "carts": cart_summary(_decided(request, results["carts"][0]))},
    )


def _decided(request: Request, row: Row) -> dict[str, Any]:
    """The carts with those that are undecided by the day told by the instant."""
    pending = sum(last_at + CART_OPEN >= request.now for last_at in row["undecided"])
    return {
        "carts": row["carts"],
        "ordered_carts": row["ordered_carts"],
        "abandoned_carts": row["abandoned_carts"] + len(row["undecided"]) - pending,
        "pending_carts": pending,
    }


def _total(row: Row) -> dict[str, Any]:
    refunded: Decimal = row["refunded"]
    return {
        **row,
        "net_revenue": row["revenue"] - refunded,
        "average_order_value": divide(row["revenue"], row["orders"]),
    }


def cart_summary(row: Row) -> dict[str, Any]:
    """What became of the carts, with the share of those decided that were abandoned."""
    settled = row["ordered_carts"] + row["abandoned_carts"]
    return {
        **row,
        "settled_carts": settled,
        "cart_abandonment_rate": divide(row["abandoned_carts"], settled),
    }


KIND: Final = Kind(
    name="orders",
    summary="Orders with their refunds, revenue per currency, abandoned carts.",
    plan=plan,
    takes=("limit",),
)
