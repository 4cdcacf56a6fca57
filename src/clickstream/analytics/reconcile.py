"""Reconcile: the clickstream's orders against the shop's own, which were imported or are looked up.

Grain: one row an order that either side has, those that differ first. ``status`` is ``missing``
(the shop has it, the clickstream has not), ``extra`` (the other way about), ``different`` (another
value or currency), ``uncounted`` (the shop has it in a status that is no sale, such as cancelled or
pending, whether or not the clickstream has it) or ``equal``. Values are before refunds, and equal
where they differ by no more than the tolerance (nothing, unless given: an amount, or a percentage
of the shop's value); a currency that one side does not know is no difference. The totals are of
what both sides count; what was received of the uncounted is told beside them. Orders of bots and of
the shop's own people count here whatever else is asked: they are flagged in their rows. Under
filters, which only the clickstream's orders can meet, nothing is missing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.filters import text_array
from clickstream.analytics.measures import divide
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import orders_of
from clickstream.errors import ReportError

STATES: Final = ("missing", "extra", "different", "uncounted", "equal")
UNCOUNTED: Final = (
    "cancelled", "canceled", "failed", "declined", "rejected", "void", "voided", "expired",
    "abandoned", "draft", "checkout-draft", "pending", "pending-payment", "awaiting-payment",
    "unpaid", "on-hold",
)  # fmt: skip
"""The shop's statuses that are no sales unless told otherwise: nothing was, or will be, paid."""
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
    scope, options = request.scope, request.options
    statuses = options.uncounted_status or UNCOUNTED
    tolerance = read_tolerance(options.tolerance or "0")
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
                is_uncounted=_has_status(statuses),
                tolerance=tolerance,
            ),
            "state": compose("reconcile_state"),
        },
        lambda results: shape(request, statuses, results),
    )


def read_tolerance(text: str) -> sql.Composable:
    """By how much values may differ and still be equal: ``0.01``, or ``1%`` of the shop's value."""
    given = text.strip()
    try:
        amount = Decimal(given.removesuffix("%"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise ReportError(f"--tolerance is {text!r}; give an amount such as 0.01, or 1%")
    if given.endswith("%"):
        return sql.SQL("abs(shop.value) * {}").format(sql.Literal(amount / 100))
    return sql.Literal(amount)


def _has_status(statuses: Sequence[str]) -> sql.Composable:
    """Whether the shop's order has one of the statuses, however it writes them."""
    return sql.SQL(
        "coalesce(regexp_replace(lower(btrim(shop.status)), '[ _-]+', '-', 'g') = any({}), false)"
    ).format(text_array([_plain(status) for status in statuses]))


def _plain(status: str) -> str:
    return re.sub("[ _-]+", "-", status.strip().lower())


def shape(request: Request, statuses: Sequence[str], results: Results) -> Answer:
    """The orders, and how many stand how; nothing where the shop's are not known."""
    if not results["state"][0]["orders"]:
        return Answer(columns=COLUMNS, rows=[], notes=[NOTHING])
    rows = [_row(request, row) for row in results["orders"]]
    counts = Counter(row["status"] for row in rows)
    limit = request.options.limit
    counted = [row for row in rows if row["status"] != "uncounted"]
    return Answer(
        columns=COLUMNS,
        rows=rows[:limit] if limit else rows,
        params={
            "tolerance": request.options.tolerance or "0",
            "uncounted_status": list(statuses),
        },
        summary={
            **{status: counts[status] for status in STATES},
            "orders": len(rows),
            "equal_rate": divide(counts["equal"], len(counted)),
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
    """The money of both sides, per currency; and the clickstream's that the shop does not count."""
    sums: dict[str | None, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in rows:
        is_counted = row["status"] != "uncounted"
        if row["clickstream_value"] is not None:
            known = row["clickstream_currency"] or row["shop_currency"]
            sums[known][0 if is_counted else 2] += row["clickstream_value"]
        if row["shop_value"] is not None and is_counted:
            known = row["shop_currency"] or row["clickstream_currency"]
            sums[known][1] += row["shop_value"]
    return [
        {
            "currency": code,
            "clickstream": ours,
            "shop": theirs,
            "difference": ours - theirs,
            "uncounted": uncounted,
        }
        for code, (ours, theirs, uncounted) in sorted(sums.items(), key=lambda one: one[0] or "~")
    ]


KIND: Final = Kind(
    name="reconcile",
    summary="The clickstream's orders against the shop's own.",
    plan=plan,
    takes=("limit", "tolerance", "uncounted_status"),
    is_of_all_traffic=True,
)
