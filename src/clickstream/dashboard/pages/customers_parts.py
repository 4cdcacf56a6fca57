"""The parts of the Customers page, drawn from what was fetched."""

from typing import Final

from htmltools import Tag, TagChild, TagList, tags

from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import View
from clickstream.dashboard.pages.customers_data import (
    KINDS,
    MOST,
    Customers,
    Segments,
    chosen_kind,
    shows_value,
)
from clickstream.dashboard.tables import Heading, Table, metric_heading

SCORES: Final = (
    "Recency, frequency and money, each from 1 to 5: in which fifth of the customers this one is, "
    "5 being the latest order, the most orders, the most revenue."
)


def controls(view: View) -> Tag:
    return kit.segments(KINDS.items(), key="kind", chosen=chosen_kind(view), label="Grouped by")


def segments_table(found: Segments) -> Table:
    """A row a group; choosing one filters every page by it."""
    rows = [
        {
            "segment": group.name, "key": group.key, "people": group.people, "share": group.share,
            "orders": group.orders, "revenue": group.revenue,
            "per_person": group.revenue / group.people if group.people else None,
        }
        for group in found.groups
    ]  # fmt: skip
    return Table(
        label="Segments",
        headings=[
            Heading(key="segment", title="Segment", filters="segment", filters_by="key"),
            Heading(key="people", title="People", unit="count", has_bar=True,
                    meaning="Users, else visitors: one person on several devices counts once."),
            Heading(key="share", title="Share", unit="rate"),
            metric_heading("orders"),
            metric_heading("revenue", has_bar=True),
            Heading(key="per_person", title="Revenue a person", unit="money"),
        ],
        rows=rows,
        currency=found.currency,
        prefix="s",
    )  # fmt: skip


def draw_segments(found: Segments, view: View) -> TagChild:
    if not found.groups:
        return _nobody() if found.kind == "rfm" else kit.nothing_here()
    return tables.draw(segments_table(found), view)


def _nobody() -> Tag:
    return kit.words("Nobody ordered", "No order matches the dates and filters chosen.")


def customers_table(found: Customers) -> Table:
    """A row a customer."""
    rows = [
        {
            **row,
            "scores": " ".join(
                str(row[f"{name}_score"]) for name in ("recency", "frequency", "monetary")
            ),
        }
        for row in found.rows
    ]
    return Table(
        label="Customers",
        headings=[
            Heading(key="person", title="Customer", is_id=True),
            Heading(key="segment", title="Segment"),
            metric_heading("orders"),
            metric_heading("revenue", has_bar=True),
            metric_heading("average_order_value"),
            Heading(key="last_ordered_at", title="Latest order", unit="instant"),
            metric_heading("recency_days"),
            Heading(key="scores", title="R F M", unit="score", meaning=SCORES),
        ],
        rows=rows,
        order="-revenue",
        currency=found.currency,
        searched=("person", "segment"),
    )


def draw_customers(found: Customers, view: View) -> TagChild:
    if not found.rows:
        return _nobody()
    shown = tables.draw(customers_table(found), view)
    if len(found.rows) < MOST:
        return shown
    note = f"The {MOST:,} with the most revenue; choose fewer days or a filter to see others."
    return tags.div(shown, tags.p(note, class_="foot lined-top"))


SHOWN: Final = {"": "Customers", "value": "Expected value"}


def tabs(view: View) -> Tag:
    """Whether the customers are shown as they were, or as they are expected to be."""
    chosen = "value" if shows_value(view) else ""
    return kit.segments(SHOWN.items(), key="show", chosen=chosen, label="Shown")


def value_table(found: Customers) -> Table:
    """A row a customer: what is to be expected within a year, by all orders until now."""
    return Table(
        label="Expected value",
        headings=[
            Heading(key="person", title="Customer", is_id=True),
            metric_heading("orders"),
            Heading(key="last_ordered_on", title="Latest order", unit="day"),
            Heading(key="probability_alive", title="Still a customer", unit="rate",
                    meaning="How likely this customer will buy again at all (BG/NBD)."),
            Heading(key="expected_purchases", title="Expected purchases", unit="ratio",
                    meaning="Days with orders to be expected within 52 weeks (BG/NBD)."),
            Heading(key="expected_average_value", title="Expected mean value", unit="money",
                    meaning="What a purchase of this customer is worth on average (Gamma-Gamma)."),
            Heading(key="expected_value", title="Expected value", unit="money", has_bar=True,
                    meaning="Expected purchases times expected mean value."),
        ],
        rows=found.rows,
        order="-expected_value",
        currency=found.currency,
        searched=("person",),
    )  # fmt: skip


def draw_value(found: Customers | None, view: View) -> TagChild:
    if found is None:
        return kit.ghost("rows")
    if not found.rows:
        return kit.words("Nobody ordered", "No order until the end of these dates matches.")
    notes = [tags.p(note, class_="foot") for note in found.notes]
    return TagList(tables.draw(value_table(found), view), *notes)
