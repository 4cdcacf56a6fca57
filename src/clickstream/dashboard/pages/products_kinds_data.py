"""What the Products page asks beyond sales: the carts that were left, and what discounts do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.currency import choose_currency
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import change, number
from clickstream.dashboard.pages.products_data import KEYS, UNNAMED, chosen_group

CARTS: Final = "carts"
PRICES: Final = "prices"
DISCOUNTS: Final = "discounts"
FULL: Final = "full price"
SOLD: Final = ("orders", "quantity", "revenue", "discount_given")


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows a product (or brand, category) with its carts or discounts, or a row a discount."""

    name: str
    group: str
    rows: Sequence[Mapping[str, Any]]
    currency: str | None = None


def chosen_kind(view: View) -> str:
    return view.choice("kind", (CARTS, PRICES, DISCOUNTS), CARTS)


async def fetch_kind(office: Office, view: View) -> Kind:
    """Carts or discounts by what products are grouped by, or the bands of discount over all."""
    filters, group, kind = view.filters, chosen_group(view), chosen_kind(view)
    period = office.period(filters)
    if kind == CARTS:
        report = await office.ask("products", filters, period, kind=CARTS, by=group)
        return Kind(CARTS, group, [_cart(row, group) for row in report.rows])
    by = "all" if kind == PRICES else group
    report = await office.ask("products", filters, period, kind=PRICES, by=by)
    currency = choose_currency(report, filters.currency)
    if kind == PRICES:
        return Kind(PRICES, group, _bands(report.rows, currency), currency)
    return Kind(DISCOUNTS, group, _discounts(report, group, currency), currency)


def _cart(row: Mapping[str, Any], group: str) -> dict[str, Any]:
    return {**row, **_named(row, group)}


def _named(row: Mapping[str, Any], group: str) -> dict[str, str]:
    """The name of a row's product, brand or category, and what stands under it."""
    key = str(row[KEYS[group]] or UNNAMED)
    name = str(row.get("product_name") or key) if group == "product" else key
    parts = [row.get("product_brand"), row.get("product_category")] if group == "product" else []
    return {"name": name, "under": " · ".join(str(part) for part in parts if part)}


def _discounts(report: Report, group: str, currency: str | None) -> list[Mapping[str, Any]]:
    """One row a product, brand or category that was seen or sold under its price."""
    found: dict[object, list[Mapping[str, Any]]] = {}
    for row in report.rows:
        found.setdefault(row[KEYS[group]], []).append(row)
    rows = (_discount(of, group, currency) for of in found.values())
    return [row for row in rows if row is not None]


def _discount(
    of: Sequence[Mapping[str, Any]], group: str, currency: str | None
) -> Mapping[str, Any] | None:
    """What was given away on one of them, and how it sold beside its full price."""
    bands = _bands(of, currency)
    below = [band for band in bands if band["band"] != FULL]
    if not below:
        return None
    given, revenue = _sum(bands, "discount_given"), _sum(bands, "revenue")
    units, reduced = _sum(bands, "quantity"), _sum(below, "quantity")
    full = _orders_a_view([band for band in bands if band["band"] == FULL])
    discounted = _orders_a_view(below)
    return {
        **_named(of[0], group),
        "discount_given": given,
        "average_discount": given / (given + revenue) if given + revenue else None,
        "quantity": units,
        "discounted_share": reduced / units if units else None,
        "revenue": revenue,
        "full_rate": full,
        "discounted_rate": discounted,
        "effect": change(discounted, full),
    }


def _sum(bands: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(number(band[name]) or 0 for band in bands)


def _orders_a_view(bands: Sequence[Mapping[str, Any]]) -> float | None:
    views = _sum(bands, "views")
    return _sum(bands, "orders") / views if views else None


def _bands(rows: Sequence[Mapping[str, Any]], currency: str | None) -> list[Mapping[str, Any]]:
    """One row a band: its sales in the currency, else the band without any."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        is_sold = row["currency"] == currency and currency is not None
        if is_sold or row["discount"] not in found:
            found[row["discount"]] = _band(row, has_sales=is_sold)
    return list(found.values())


def _band(row: Mapping[str, Any], *, has_sales: bool) -> dict[str, Any]:
    name, lift = str(row["discount"]), number(row["lift"])
    sales = {} if has_sales else {**dict.fromkeys(SOLD, 0), "average_price": None}
    against = None if lift is None or name == FULL else lift - 1
    title = name[:1].upper() + name[1:]
    return {**row, **sales, "band": name, "discount": title, "against_full": against}
