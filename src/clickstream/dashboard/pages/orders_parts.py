"""The parts of the Orders page, drawn from what was fetched."""

from typing import Final

from htmltools import Tag, TagChild, tags

from clickstream.dashboard import charts, kit, series, tables
from clickstream.dashboard.filters import View
from clickstream.dashboard.icons import svg
from clickstream.dashboard.metrics import metric, number
from clickstream.dashboard.pages.orders_data import (
    DRAWN,
    MOST,
    TILES,
    Course,
    Orders,
    chosen_figure,
)
from clickstream.dashboard.tables import Heading, Table, metric_heading

NONE: Final = "No order in these dates"
CARTS: Final = (
    ("carts", "Opened", "Carts whose first product was added in the period."),
    ("ordered_carts", "Ordered", "Carts whose visitor placed an order within 24 hours."),
    ("abandoned_carts", "Abandoned", metric("abandoned_carts").definition),
    ("pending_carts", "Still open", "Carts younger than 24 hours that may still be ordered."),
)


def headline(found: Orders) -> TagChild:
    """The totals of the orders, and the share of carts that were abandoned."""
    shown = [_tile(name, found) for name in TILES]
    known = metric("cart_abandonment_rate")
    rate = number(found.carts.get("cart_abandonment_rate"))
    shown.append(kit.Tile(known.title, rate, known.unit, known.definition))
    return kit.tiles(shown, currency=found.currency)


def _tile(name: str, found: Orders) -> kit.Tile:
    known = metric(name)
    value = number(found.total.get(name))
    if value is None and name != "average_order_value":
        value = 0.0
    return kit.Tile(
        known.title,
        value,
        known.unit,
        known.definition,
        found.changes.get(name),
        is_better_higher=known.better == "up",
    )


def chart(found: Course) -> charts.Drawing | None:
    if not any(found.values):
        return None
    known = metric(found.name)
    currency = found.currency if known.unit == "money" else None
    lines = [series.Series("This period", found.values)]
    if found.before:
        shown = found.before[: len(found.labels)]
        values, when = [point.value for point in shown], [point.period for point in shown]
        lines.append(series.Series("Period before", values, is_dashed=True, when=when))
    measure = charts.Measure(known.title, known.unit, currency)
    return series.lines(
        found.labels,
        lines,
        measure=measure,
        interval=found.interval,
        is_running=found.is_running,
    )


def figures(view: View) -> Tag:
    names = [(name, metric(name).title) for name in DRAWN]
    return kit.segments(names, key="figure", chosen=chosen_figure(view), label="Figure")


def carts(found: Orders) -> TagChild:
    """What became of the carts that were opened in the period."""
    opened = number(found.carts.get("carts")) or 0
    if not opened:
        return kit.words("No cart was opened", "Nothing was put into a cart in these dates.")
    rows = [
        _cart(name, meaning, number(found.carts.get(key)) or 0, opened)
        for key, name, meaning in CARTS
    ]
    return tags.div(*rows, class_="steps")


def _cart(name: str, meaning: str, count: float, opened: float) -> Tag:
    share = kit.figure(count / opened, "rate")
    return tags.div(
        tags.span(name, " ", kit.hint(name, meaning)),
        svg(Tag("rect", width=f"{max(0.4, 100 * count / opened):.2f}%", height="100%", rx="5")),
        kit.figure(count, "count"),
        share,
        class_="step cart-step",
    )


def table(found: Orders) -> Table:
    """A row an order."""
    return Table(
        label="Orders",
        headings=[
            Heading(key="order_id", title="Order", under="user_id"),
            Heading(key="ordered_at", title="Placed", unit="instant"),
            Heading(key="value", title="Value", unit="money", has_bar=True),
            Heading(key="refunded", title="Refunded", unit="money"),
            Heading(key="net_value", title="Net value", unit="money"),
            metric_heading("quantity", title="Units"),
            Heading(key="channel", title="Channel", filters="channel"),
            Heading(key="coupon", title="Coupon"),
            Heading(key="duplicates", title="Sent again", unit="count",
                    meaning="Further purchases with this order's id, which count for nothing."),
        ],
        rows=[row | {"coupon": row["coupon"] or kit.NOTHING} for row in map(dict, found.rows)],
        order="-ordered_at",
        currency=found.currency,
        searched=("order_id", "user_id", "visitor_id", "coupon"),
    )  # fmt: skip


def draw_table(found: Orders, view: View) -> TagChild:
    if not found.rows:
        return kit.words(NONE, "Choose other dates, or fewer filters.")
    shown = tables.draw(table(found), view)
    if len(found.rows) < MOST:
        return shown
    note = f"The latest {MOST:,} orders; choose fewer days or a filter to see others."
    return tags.div(shown, tags.p(note, class_="foot lined-top"))
