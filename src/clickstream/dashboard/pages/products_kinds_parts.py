"""The card of carts and discounts of the Products page, drawn from what was fetched."""

from typing import Final

from htmltools import Tag, TagChild

from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import DIMENSIONS, View
from clickstream.dashboard.pages.products_data import GROUPS, chosen_group
from clickstream.dashboard.pages.products_kinds_data import (
    CARTS,
    DISCOUNTS,
    PRICES,
    Kind,
    chosen_kind,
)
from clickstream.dashboard.pages.products_parts import ONE
from clickstream.dashboard.tables import Heading, Table, metric_heading

MEANINGS: Final = {
    CARTS: "What became of the carts that held each, within 24 hours of the last addition",
    PRICES: "Views, carts and orders by how much was taken off the price at that moment",
    DISCOUNTS: "What was given away on each that had a discount, and how it sold beside full price",
}


def tabs(view: View) -> Tag:
    one = ONE[chosen_group(view)].lower()
    shown = {CARTS: "Carts", PRICES: "Discounts", DISCOUNTS: f"Discounts by {one}"}
    return kit.segments(shown.items(), key="kind", chosen=chosen_kind(view), label="Shown")


def draw(found: Kind, view: View) -> TagChild:
    """The table; words where nothing was put into a cart, or nothing has a price."""
    if found.rows:
        return tables.draw(table(found), view)
    if found.name == CARTS:
        return kit.words("No cart was opened", "Nothing was put into a cart in these dates.")
    if found.name == DISCOUNTS:
        return kit.words(
            "No discounts", "Nothing was seen or ordered below its price in these dates."
        )
    return kit.words("Nothing was seen or sold", "No product was seen or ordered in these dates.")


def table(found: Kind) -> Table:
    return {CARTS: _carts, PRICES: _prices, DISCOUNTS: _discounts}[found.name](found)


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


def _discounts(found: Kind) -> Table:
    """A row a product, brand or category, those on which most was given away first."""
    one = ONE[found.group].lower()
    filters = found.group if found.group in DIMENSIONS else None
    return Table(
        label=f"Discounts by {one}",
        headings=[
            Heading(key="name", title=ONE[found.group], under="under", filters=filters),
            Heading(key="discount_given", title="Discount given", unit="money", has_bar=True,
                    meaning="What the units sold would have brought more at their full price."),
            Heading(key="average_discount", title="Average discount", unit="rate",
                    meaning="The discount given, as a part of what full price would have brought."),
            Heading(key="quantity", title="Units", unit="count",
                    meaning=f"Units of the {one} that were ordered, at any price."),
            Heading(key="discounted_share", title="Discounted", unit="rate",
                    meaning="The part of the units that was sold below full price."),
            metric_heading("product_revenue", key="revenue", title="Revenue"),
            Heading(key="full_rate", title="At full price", unit="rate",
                    meaning="Orders with it at full price, divided by its views at that price."),
            Heading(key="discounted_rate", title="At a discount", unit="rate",
                    meaning="Orders with it below its full price, divided by its views then."),
            Heading(key="effect", title="Effect", unit="change",
                    meaning="Orders a view with a discount, against those at full price. "
                    "Few views make it a coincidence."),
        ],
        rows=found.rows,
        order="-discount_given",
        currency=found.currency,
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
