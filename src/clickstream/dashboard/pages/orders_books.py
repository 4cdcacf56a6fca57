"""The clickstream's orders beside the shop's own: what was fetched, and the card that is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from htmltools import TagChild, tags

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import number
from clickstream.dashboard.tables import Heading, Table

COUNTED: Final = (
    ("equal", "Equal", "Orders that both have, with the same value and currency."),
    ("missing", "Missing", "Orders of the shop that no purchase was received of."),
    ("extra", "Extra", "Purchases whose order the shop does not know."),
    ("different", "Different", "Orders that both have, with another value or currency."),
)
ALL_TRAFFIC: Final = "Orders of bots and of your own people count here, so that both sides compare"


@dataclass(frozen=True, slots=True)
class Books:
    """How many orders stand how, and those that differ; both empty where the shop's are unknown."""

    counts: Mapping[str, Any]
    differing: Sequence[Mapping[str, Any]]


async def fetch_books(office: Office, view: View) -> Books:
    """The orders of either side in the period."""
    report = await office.ask("reconcile", view.filters, office.period(view.filters))
    differing = [row for row in report.rows if _differs(row)]
    return Books(report.summary, differing)


def _differs(row: Mapping[str, Any]) -> bool:
    """Whether the sides count differently: not what the shop cancelled and nobody received."""
    if row["status"] == "uncounted":
        return row["clickstream_value"] is not None
    return bool(row["status"] != "equal")


def card(found: Books, view: View) -> TagChild:
    """The card; nothing where the shop's own orders were not imported."""
    if "equal" not in found.counts:
        return None
    return kit.card(
        "Beside the shop's own orders",
        tags.div(_tiles(found), class_="lined"),
        _differing(found, view),
        sub=ALL_TRAFFIC,
        tools=kit.export_link("orders-books"),
    )


def _tiles(found: Books) -> TagChild:
    return kit.tiles(
        [
            kit.Tile(title, number(found.counts[name]), "count", meaning)
            for name, title, meaning in COUNTED
        ]
    )


def _differing(found: Books, view: View) -> TagChild:
    if found.differing:
        return tables.draw(table(found), view)
    if not found.counts["orders"]:
        return kit.words("No order on either side", "Neither has an order in these dates.")
    return kit.words("The books agree", "Every order of these dates is the same on both sides.")


def table(found: Books) -> Table:
    """A row an order that is not the same on both sides."""
    return Table(
        label="Orders that differ",
        headings=[
            Heading(key="order_id", title="Order", under="shop_status"),
            Heading(key="status", title="Stands", unit="status"),
            Heading(key="shop_ordered_at", title="In the shop", unit="instant"),
            Heading(key="clickstream_ordered_at", title="Received", unit="instant"),
            Heading(key="shop_value", title="Shop's value", unit="money"),
            Heading(key="clickstream_value", title="Received value", unit="money"),
            Heading(key="difference", title="Difference", unit="money"),
        ],
        rows=[{**row, "shop_status": row["shop_status"] or ""} for row in found.differing],
        prefix="b",
        rows_per_page=10,
    )
