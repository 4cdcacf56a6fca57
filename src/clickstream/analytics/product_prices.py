"""Prices: what discounts do to views, carts and orders.

Grain: one row a band of discount (and product, brand or category, where asked for) and currency
that was sold in; views and carts repeat in each. A line's discount is that which its own event
shows: the part of the price that the discount price takes off. ``lift`` is the band's orders a
view, divided by those at full price.
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.filters import condition_sql
from clickstream.analytics.measures import Value, divide
from clickstream.analytics.options import one_of
from clickstream.analytics.product_keys import BY, named_columns
from clickstream.analytics.query import Answer, Plan, Results, all_of, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Request
from clickstream.analytics.scope import PRICED_LINES
from clickstream.analytics.sources import events_of, orders_of

EDGES: Final = (0, 10, 20, 30, 50)
"""The least discount of each band, in hundredths of the price."""
BANDS: Final = (
    "full price", "under 10 %", "10 % to 20 %", "20 % to 30 %", "30 % to 50 %", "50 % and more",
)  # fmt: skip
UNKNOWN: Final = "no price"
FULL: Final = 0


def plan(request: Request) -> Plan:
    """The one query over lines of views, additions and orders."""
    scope = request.scope
    by = one_of("by", request.options.by, (*BY, "all"), "all")
    names = tuple(key for key in BY.get(by, ()) if "price" not in key)
    query = compose(
        "products_prices",
        keys=sql.SQL(", ").join(map(sql.Identifier, names or ("everything",)))
        if names
        else sql.SQL("true as everything"),
        grouped=sql.SQL(", ").join(map(sql.Identifier, names or ("everything",))),
        edges=sql.Literal(list(EDGES)),
        event_lines=PRICED_LINES,
        line_filters=all_of([condition_sql(condition) for condition in scope.line_conditions]),
        events=events_of(scope),
        during=scope.during("e.event_timestamp"),
        traffic=scope.traffic("e"),
        orders=orders_of(scope, with_event=True),
        ordered_during=scope.during("o.ordered_at"),
        order_traffic=scope.traffic("o"),
        session_filters=scope.sessions(),
        event_filters=scope.plain_events(),
    )
    return Plan({"prices": query}, lambda results: shape(request, by, names, results))


def shape(request: Request, by: str, names: Sequence[str], results: Results) -> Answer:
    """The bands of each group, from full price on."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in results["prices"]:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    ordered = sorted(groups.values(), key=_weight)
    limit = request.options.limit
    kept = ordered[:limit] if limit else ordered
    return Answer(
        columns=_columns(names),
        rows=[row for group in kept for row in _rows(names, group)],
        params={"kind": "prices", "by": by},
    )


def _weight(group: Sequence[Row]) -> tuple[int, int]:
    totals = [row for row in group if row["is_total"]]
    return -sum(row["orders"] for row in totals), -sum(row["views"] for row in totals)


def _rows(names: Sequence[str], group: Sequence[Row]) -> list[dict[str, Any]]:
    totals = {row["band"]: row for row in group if row["is_total"]}
    full = totals.get(FULL)
    usual = divide(full["orders"], full["views"]) if full else None
    rows = []
    for band, total in sorted(totals.items(), key=lambda one: (one[0] is None, one[0] or 0)):
        sold = [
            row for row in group
            if row["band"] == band and not row["is_total"] and row["orders"]
        ]  # fmt: skip
        rate = divide(total["orders"], total["views"])
        rows += [
            {
                **{name: total[name] for name in names},
                "discount": UNKNOWN if band is None else BANDS[band],
                "views": total["views"],
                "carts": total["carts"],
                "orders": row["orders"],
                "quantity": row["quantity"],
                "revenue": row["revenue"],
                "discount_given": (row["list_revenue"] or 0) - row["revenue"] if band else 0,
                "average_price": divide(row["revenue"], row["quantity"]),
                "currency": row["currency"] if sold else None,
                "view_to_cart_rate": divide(total["carts"], total["views"]),
                "cart_to_order_rate": divide(total["orders"], total["carts"]),
                "view_to_order_rate": rate,
                "lift": _quotient(rate, usual),
            }
            for row in sold or [total]
        ]
    return rows


def _quotient(rate: Value, usual: Value) -> float | None:
    return float(rate) / float(usual) if rate is not None and usual else None


def _columns(names: Sequence[str]) -> list[Column]:
    return [
        *named_columns(names),
        Column("discount", "Discount"),
        *(metric_column(name) for name in ("views", "carts", "orders", "quantity")),
        metric_column("product_revenue", key="revenue", title="Revenue"),
        Column("discount_given", "Discount given", "money"),
        Column("average_price", "Price paid on average", "money"),
        Column("currency", "Currency"),
        metric_column("view_to_cart_rate"),
        metric_column("cart_to_order_rate"),
        Column("view_to_order_rate", "View to order", "ratio"),
        Column("lift", "Against full price", "ratio"),
    ]
