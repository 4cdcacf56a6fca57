"""Products: how often each was seen, put into a cart and sold; also by brand or category.

Grain: one row a product, brand or category and currency that it was sold in (one row, with a null
currency, where it was not sold); impressions, views and carts, which count lines of events,
repeat in each. A product goes by the attributes that it was last named with. Revenue is
that of the product's own lines. ``kind=carts`` tells what became of the carts that held a product,
``kind=prices`` what discounts do (see ``product_carts`` and ``product_prices``).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from psycopg import sql

from clickstream.analytics import product_carts, product_prices
from clickstream.analytics.filters import at_level, condition_sql
from clickstream.analytics.measures import divide
from clickstream.analytics.options import one_of
from clickstream.analytics.product_keys import BY, TITLES, named_columns
from clickstream.analytics.query import Answer, Plan, Results, all_of, compose, template
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import EVENT_LINES, PRICED_LINES, Scope
from clickstream.analytics.sources import counted_details, counted_events, orders_of

KINDS: Final = ("sales", "carts", "prices")
ENGAGEMENT: Final = ("impressions", "views", "carts")
SALES: Final = ("orders", "quantity", "revenue")


def plan(request: Request) -> Plan:
    """The one query, from the days that the ETL added up where they can answer it."""
    kind = one_of("kind", request.options.kind, KINDS, "sales")
    if kind != "sales":
        return {"carts": product_carts.plan, "prices": product_prices.plan}[kind](request)
    by = one_of("by", request.options.by, BY, "product")
    keys = sql.SQL(", ").join(sql.Identifier(key) for key in BY[by])
    lines = [condition_sql(condition) for condition in request.scope.line_conditions]
    query = compose(
        "products",
        measured=_from_days(request) if can_use_days(request) else _measured(request),
        keys=keys,
        grouped=keys,
        line_filters=all_of(lines),
    )
    return Plan({"products": query}, lambda results: shape(request, by, results))


def can_use_days(request: Request) -> bool:
    """Whether the warehouse's days are the report's, and no filter asks for single events."""
    scope = request.scope
    is_filtered = len(scope.line_conditions) < len(scope.conditions)
    return not is_filtered and request.zone.key == request.facts.timezone


def _from_days(request: Request) -> sql.Composable:
    scope = request.scope
    return template("products_from_days").format(
        first=sql.Literal(scope.range.first),
        last=sql.Literal(scope.range.last),
        traffic=scope.traffic("d"),
    )


def _measured(request: Request) -> sql.Composable:
    """From events and orders; from the details of sessions where no filter asks for events.

    Filters on products choose among the products, not among events.
    """
    scope = request.scope
    reads_details = request.facts.has_details and not at_level(scope.conditions, "event")
    return template("products_measured").format(
        engaged=_from_details(scope) if reads_details else _from_events(scope),
        orders=orders_of(scope, with_event=True),
        priced_lines=PRICED_LINES,
        ordered_during=scope.during("o.ordered_at"),
        order_traffic=scope.traffic("o"),
        session_filters=scope.sessions(),
        event_filters=scope.plain_events(),
    )


def _from_details(scope: Scope) -> sql.Composable:
    return template("products_engaged_from_details").format(
        **counted_details(scope), lines=EVENT_LINES
    )


def _from_events(scope: Scope) -> sql.Composable:
    return template("products_engaged_from_events").format(
        **{**counted_events(scope), "event_filters": scope.plain_events()}, lines=EVENT_LINES
    )


def shape(request: Request, by: str, results: Results) -> Answer:
    """The rows by revenue, then orders, carts and views; those with most first."""
    rows = [row for group in _groups(BY[by], results["products"]) for row in _rows(BY[by], group)]
    rows.sort(key=_rank)
    limit = request.options.limit
    return Answer(
        columns=_columns(BY[by]),
        rows=rows[:limit] if limit else rows,
        params={"kind": "sales", "by": by},
    )


def _groups(keys: Sequence[str], rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return list(groups.values())


def _rows(keys: Sequence[str], group: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The rows of one product: one a currency that it was sold in, or one without any."""
    total = next(row for row in group if row["is_total"])
    sold = [row for row in group if not row["is_total"] and row["orders"]]
    for sales in sold or [total]:
        row = {key: total[key] for key in keys}
        row |= {name: total[name] for name in ENGAGEMENT}
        row |= {name: sales[name] for name in SALES}
        row["currency"] = sales["currency"] if sold else None
        row["view_to_cart_rate"] = divide(row["carts"], row["views"])
        row["cart_to_order_rate"] = divide(row["orders"], row["carts"])
        yield row


def _rank(row: Row) -> tuple[Any, ...]:
    most = (-row["revenue"], -row["orders"], -row["carts"], -row["views"], -row["impressions"])
    names = tuple(str(row.get(key) or "") for key in TITLES)
    return (*most, *names, row["currency"] or "")


def _columns(keys: Sequence[str]) -> list[Column]:
    return [
        *named_columns(keys),
        *(metric_column(name) for name in (*ENGAGEMENT, "orders", "quantity")),
        metric_column("product_revenue", key="revenue", title="Revenue"),
        Column("currency", "Currency"),
        metric_column("view_to_cart_rate"),
        metric_column("cart_to_order_rate"),
    ]


KIND: Final = Kind(
    name="products",
    summary="Products, brands or categories: seen, put into carts, sold.",
    plan=plan,
    takes=("kind", "by", "limit"),
)
