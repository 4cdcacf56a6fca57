"""The card of carts and discounts of the Products page, drawn from what was fetched."""

from typing import Final

from htmltools import Tag, TagChild

from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import DIMENSIONS, View
from clickstream.dashboard.pages.products_data import GROUPS
from clickstream.dashboard.pages.products_kinds_data import CARTS, PRICES, Kind, chosen_kind
from clickstream.dashboard.pages.products_parts import ONE
from clickstream.dashboard.tables import Heading, Table, metric_heading

TABS: Final = {CARTS: "Carts", PRICES: "Discounts"}
MEANINGS: Final = {
    CARTS: "What became of the carts that held each, within 24 hours of the last addition",
    PRICES: "Views, carts and orders by how much was taken off the price at that moment",
}


def tabs(view: View) -> Tag:
    return kit.segments(TABS.items(), key="kind", chosen=chosen_kind(view), label="Shown")


def draw(found: Kind, view: View) -> TagChild:
    """The table; words where nothing was put into a cart, or nothing has a price."""
    if found.rows:
        return tables.draw(table(found), view)
    if found.name == CARTS:
        return kit.words("No cart was opened", "Nothing was put into a cart in these dates.")
    return kit.words("Nothing was seen or sold", "No product was seen or ordered in these dates.")


def table(found: Kind) -> Table:
    return _carts(found) if found.name == CARTS else _prices(found)


def _carts(found: Kind) -> Table:
    """A row a product, brand or category, those left in most carts first."""
    filters = found.group if found.group in DIMENSIONS else None
    return Table(
        label=f"Carts by {ONE[found.group].lower()}: {GROUPS[found.group].lower()}",
        headings=[
            Heading(key="name", title=ONE[found.group], under="under", filters=filters),
            Heading(key="carts", title="Carts with it", unit="count",
                    meaning="Carts opened in the period that held it."),
            Heading(key="ordered_carts", title="Ordered", unit="count",
                    meaning="Those whose visitor placed an order within 24 hours."),
            metric_heading("abandoned_carts", title="Abandoned", has_bar=True),
            Heading(key="pending_carts", title="Still open", unit="count",
                    meaning="Those younger than 24 hours that may still be ordered."),
            metric_heading("cart_abandonment_rate"),
        ],
        rows=found.rows,
        order="-abandoned_carts",
        prefix="k",
        searched=("name", "under"),
        rows_per_page=10,
    )  # fmt: skip


def _prices(found: Kind) -> Table:
    """A row a band of discount, from full price on."""
    return Table(
        label="By discount",
        headings=[
            Heading(key="discount", title="Discount", is_sortable=False,
                    meaning="What the discount price took off the price, of the event itself."),
            metric_heading("views"),
            metric_heading("view_to_cart_rate"),
            metric_heading("cart_to_order_rate"),
            Heading(key="view_to_order_rate", title="View to order", unit="rate",
                    meaning="Orders with it, divided by its views."),
            Heading(key="against_full", title="Against full price", unit="change",
                    meaning="The orders a view, against those of products at full price."),
            metric_heading("orders"),
            metric_heading("product_revenue", key="revenue", title="Revenue", has_bar=True),
            Heading(key="average_price", title="Price paid", unit="money",
                    meaning="What was paid for one unit on average."),
            Heading(key="discount_given", title="Discount given", unit="money",
                    meaning="What the units sold would have brought more at their full price."),
        ],
        rows=found.rows,
        currency=found.currency,
        prefix="k",
        rows_per_page=10,
    )  # fmt: skip
