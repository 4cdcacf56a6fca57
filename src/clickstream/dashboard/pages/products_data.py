"""What the Products page asks of analytics, and how its table is ordered."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.currency import choose_currency
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import change, number

GROUPS: Final[Mapping[str, str]] = {
    "product": "Products", "brand": "Brands", "category": "Categories",
}  # fmt: skip
KEYS: Final = {"product": "product_id", "brand": "product_brand", "category": "product_category"}
FIGURES: Final = (
    "views", "carts", "orders", "quantity", "revenue", "view_to_cart_rate", "cart_to_order_rate",
)  # fmt: skip
UNNAMED: Final = "(none)"


@dataclass(frozen=True, slots=True)
class Line:
    """One product, brand or category: its name, what stands under it, its figures, its change."""

    key: str
    name: str
    under: str
    figures: Mapping[str, float | None]
    revenue_change: float | None


@dataclass(frozen=True, slots=True)
class Products:
    """The lines of a period, in one currency."""

    group: str
    lines: Sequence[Line]
    currency: str | None


def chosen_group(view: View) -> str:
    return view.choice("by", GROUPS, "product")


async def fetch_products(office: Office, view: View) -> Products:
    """Every product, brand or category that was seen in the period, the most sold first."""
    filters, group = view.filters, chosen_group(view)
    period = office.period(filters)
    asked = [office.ask("products", filters, period, by=group)]
    if filters.compare:
        asked.append(office.ask("products", filters, period.before(), by=group))
    now, *before = await asyncio.gather(*asked)
    currency = choose_currency(now, filters.currency)
    earlier = _revenues(before[0], group, currency) if before else {}
    return Products(group, _lines(now, group, currency, earlier), currency)


def _revenues(report: Report, group: str, currency: str | None) -> dict[str, float]:
    return {
        str(row[KEYS[group]]): number(row["revenue"]) or 0
        for row in report.rows
        if row["currency"] == currency
    }


def _lines(
    report: Report, group: str, currency: str | None, earlier: Mapping[str, float]
) -> list[Line]:
    """One line a key: its row in the currency, else a row of its own without the sales."""
    found: dict[object, Line] = {}
    for row in report.rows:
        key = row[KEYS[group]]
        is_sold = row["currency"] == currency and currency is not None
        if is_sold or key not in found:
            found[key] = _line(row, group, earlier, has_sales=is_sold)
    return list(found.values())


def _line(
    row: Mapping[str, Any], group: str, earlier: Mapping[str, float], *, has_sales: bool
) -> Line:
    figures = {name: number(row[name]) for name in FIGURES}
    if not has_sales:
        figures |= {"orders": 0, "quantity": 0, "revenue": 0}
        figures["cart_to_order_rate"] = 0 if figures["carts"] else None
    key = str(row[KEYS[group]] or UNNAMED)
    parts = [row.get("product_brand"), row.get("product_category")] if group == "product" else []
    return Line(
        key=key,
        name=str(row.get("product_name") or key) if group == "product" else key,
        under=" · ".join(str(part) for part in parts if part),
        figures=figures,
        revenue_change=change(figures["revenue"], earlier.get(key)),
    )


@dataclass(frozen=True, slots=True)
class Order:
    """By which column the lines are ordered, and which way."""

    column: str
    is_descending: bool

    def to_text(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column


def chosen_order(view: View) -> Order:
    """The order that the URL names: ``name``, ``-revenue``, …; the most sold first by default."""
    columns = ("name", *FIGURES)
    known = (*columns, *(f"-{name}" for name in columns))
    text = view.choice("sort", known, "-revenue")
    return Order(text.lstrip("-"), text.startswith("-"))


def arrange(lines: Sequence[Line], order: Order, search: str) -> list[Line]:
    """The lines that contain the search, in order; those without the figure come last."""
    wanted = search.casefold()
    found = [line for line in lines if wanted in f"{line.name} {line.under} {line.key}".casefold()]
    if order.column == "name":
        return sorted(found, key=lambda line: line.name.casefold(), reverse=order.is_descending)
    sign = -1 if order.is_descending else 1

    def place(line: Line) -> tuple[bool, float, str]:
        value = line.figures[order.column]
        return (value is None, sign * (value or 0), line.name.casefold())

    return sorted(found, key=place)
