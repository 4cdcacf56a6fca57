"""What the Products page asks beyond sales: the carts that were left, and what discounts do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.currency import choose_currency
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import number
from clickstream.dashboard.pages.products_data import KEYS, UNNAMED, chosen_group

CARTS: Final = "carts"
PRICES: Final = "prices"
SOLD: Final = ("orders", "quantity", "revenue", "discount_given")


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows a product (or brand, category) with its carts, or a row a band of discount."""

    name: str
    group: str
    rows: Sequence[Mapping[str, Any]]
    currency: str | None = None


def chosen_kind(view: View) -> str:
    return view.choice("kind", (CARTS, PRICES), CARTS)


async def fetch_kind(office: Office, view: View) -> Kind:
    """The carts by what products are grouped by, or the bands of discount over all of them."""
    filters, group = view.filters, chosen_group(view)
    period = office.period(filters)
    if chosen_kind(view) == CARTS:
        report = await office.ask("products", filters, period, kind=CARTS, by=group)
        return Kind(CARTS, group, [_cart(row, group) for row in report.rows])
    report = await office.ask("products", filters, period, kind=PRICES, by="all")
    currency = choose_currency(report, filters.currency)
    return Kind(PRICES, group, _bands(report, currency), currency)


def _cart(row: Mapping[str, Any], group: str) -> dict[str, Any]:
    key = str(row[KEYS[group]] or UNNAMED)
    name = str(row.get("product_name") or key) if group == "product" else key
    parts = [row.get("product_brand"), row.get("product_category")] if group == "product" else []
    return {**row, "name": name, "under": " · ".join(str(part) for part in parts if part)}


def _bands(report: Report, currency: str | None) -> list[Mapping[str, Any]]:
    """One row a band: its sales in the currency, else the band without any."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in report.rows:
        is_sold = row["currency"] == currency and currency is not None
        if is_sold or row["discount"] not in found:
            found[row["discount"]] = _band(row, has_sales=is_sold)
    return list(found.values())


def _band(row: Mapping[str, Any], *, has_sales: bool) -> dict[str, Any]:
    name, lift = str(row["discount"]), number(row["lift"])
    sales = {} if has_sales else {**dict.fromkeys(SOLD, 0), "average_price": None}
    change = None if lift is None or name == "full price" else lift - 1
    return {**row, **sales, "discount": name[:1].upper() + name[1:], "against_full": change}
