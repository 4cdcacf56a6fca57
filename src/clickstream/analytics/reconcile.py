"""Reconcile: the clickstream's orders against the shop's own, which were imported or are looked up.

Grain: one row an order that either side has, those that differ first. ``status`` is ``missing``
(the shop has it, the clickstream has not), ``extra`` (the other way about), ``different`` (another
value or currency) or ``equal``. Values are exact, before refunds; a currency that one side does not
know is no difference. Orders of bots and of the shop's own people count here whatever else is
asked: they are flagged in their rows. Under filters, which only the clickstream's orders can meet,
nothing is missing.
"""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.measures import divide
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import orders_of

STATES: Final = ("missing", "extra", "different", "equal")
COLUMNS: Final = (
    Column("order_id", "Order"),
    Column("status", "Status"),
    Column("clickstream_value", "Clickstream", "money"),
    Column("shop_value", "Shop", "money"),
    Column("difference", "Difference", "money"),
    Column("currency", "Currency"),
    Column("clickstream_currency", "Clickstream's currency"),
    Column("shop_currency", "Shop's currency"),
    Column("clickstream_ordered_at", "Clickstream's time"),
    Column("shop_ordered_at", "Shop's time"),
    Column("shop_status", "Shop's status"),
    Column("refunded", "Refunded", "money"),
    Column("duplicates", "Sent again", "count"),
    Column("is_bot", "Bot"),
    Column("is_internal", "Internal"),
)
NOTHING: Final = (
    "The shop's own orders are not known here: import them with `clickstream import FILE --as "
    "orders`, or give --orders-url."
)


def plan(request: Request) -> Plan:
    """The orders of both sides, and what is known of the shop's."""
    scope = request.scope
    return Plan(
        {
            "orders": compose(
                "reconcile",
                orders=orders_of(scope),
                session_filters=scope.sessions(),
                event_filters=scope.events(),
                start=scope.start,
                end=scope.end,
                has_missing=sql.SQL("false" if scope.conditions else "true"),
            ),
            "state": compose("reconcile_state"),
        },
        lambda results: shape(request, results),
    )


def shape(request: Request, results: Results) -> Answer:
    """The orders, and how many stand how; nothing where the shop's are not known."""
    if not results["state"][0]["orders"]:
        return Answer(columns=COLUMNS, rows=[], notes=[NOTHING])
    rows = [_row(request, row) for row in results["orders"]]
    counts = Counter(row["status"] for row in rows)
    limit = request.options.limit
    return Answer(
        columns=COLUMNS,
        rows=rows[:limit] if limit else rows,
        summary={
            **{status: counts[status] for status in STATES},
            "orders": len(rows),
            "equal_rate": divide(counts["equal"], len(rows)),
            "totals": _totals(rows),
        },
    )


def _row(request: Request, row: Row) -> dict[str, Any]:
    ours, theirs = row["clickstream_value"], row["shop_value"]
    return {
        **row,
        "difference": (ours or Decimal(0)) - (theirs or Decimal(0)),
        "currency": row["shop_currency"] or row["clickstream_currency"],
        **{
            name: row[name] and row[name].astimezone(request.zone)
            for name in ("clickstream_ordered_at", "shop_ordered_at")
        },
    }


def _totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The money of both sides, per currency."""
    sums: dict[str | None, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows:
        if row["clickstream_value"] is not None:
            known = row["clickstream_currency"] or row["shop_currency"]
            sums[known][0] += row["clickstream_value"]
        if row["shop_value"] is not None:
            known = row["shop_currency"] or row["clickstream_currency"]
            sums[known][1] += row["shop_value"]
    return [
        {"currency": code, "clickstream": ours, "shop": theirs, "difference": ours - theirs}
        for code, (ours, theirs) in sorted(sums.items(), key=lambda one: one[0] or "~")
    ]


KIND: Final = Kind(
    name="reconcile",
    summary="The clickstream's orders against the shop's own.",
    plan=plan,
    takes=("limit",),
    is_of_all_traffic=True,
)
