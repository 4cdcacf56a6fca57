"""The parts of the Customers page, drawn from what was fetched."""

from typing import Final

from htmltools import Tag, TagChild, tags

from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import View
from clickstream.dashboard.pages.customers_data import KINDS, MOST, Customers, Segments, chosen_kind
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
            Heading(key="person", title="Customer"),
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
        return kit.words("Nobody ordered", "No order matches the dates and filters chosen.")
    shown = tables.draw(customers_table(found), view)
    if len(found.rows) < MOST:
        return shown
    note = f"The {MOST:,} with the most revenue; choose fewer days or a filter to see others."
    return tags.div(shown, tags.p(note, class_="foot lined-top"))
