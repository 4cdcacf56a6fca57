"""What the Customers page asks of analytics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics.saved import slug
from clickstream.dashboard.currency import choose_currency, currencies_of
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import EARLIEST, Period, View
from clickstream.dashboard.metrics import number

KINDS: Final = {"rfm": "RFM", "behaviour": "Behaviour", "lifecycle": "Lifecycle"}
MEANINGS: Final = {
    "rfm": "Buyers of the period by how lately and how often they ordered",
    "behaviour": "Everybody seen in the period by what they came to",
    "lifecycle": "Everybody seen in the period or as many days before it, by when they came",
}
MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of people with what they ordered, in one currency; ``key`` is what filters by it."""

    name: str
    key: str
    people: float
    share: float | None
    orders: float
    revenue: float


@dataclass(frozen=True, slots=True)
class Segments:
    """The groups of a kind, in their usual order."""

    kind: str
    groups: Sequence[Segment]
    currency: str | None


@dataclass(frozen=True, slots=True)
class Customers:
    """Everybody who ordered in the period, in one currency, the most revenue first."""

    rows: Sequence[Mapping[str, Any]]
    currency: str | None
    notes: Sequence[str] = ()
    """What the report says of how far its figures can be trusted."""


def chosen_kind(view: View) -> str:
    return view.choice("kind", KINDS, "rfm")


async def fetch_segments(office: Office, view: View) -> Segments:
    """The people of the period in groups."""
    filters, kind = view.filters, chosen_kind(view)
    report = await office.ask("segments", filters, office.period(filters), kind=kind)
    currency = choose_currency(report, filters.currency)
    found: dict[str, Segment] = {}
    for row in report.rows:
        is_sold = row["currency"] == currency
        if is_sold or row["segment"] not in found:
            found[row["segment"]] = _segment(row, is_sold=is_sold)
    return Segments(kind, list(found.values()), currency)


def _segment(row: Mapping[str, Any], *, is_sold: bool) -> Segment:
    return Segment(
        str(row["segment"]),
        slug(str(row["segment"])),
        number(row["customers"]) or 0,
        number(row["share"]),
        (number(row["orders"]) or 0) if is_sold else 0,
        (number(row["revenue"]) or 0) if is_sold else 0,
    )


async def fetch_customers(office: Office, view: View) -> Customers:
    """The buyers of the period."""
    filters = view.filters
    report = await office.ask("customers", filters, office.period(filters), limit=MOST)
    currency = choose_currency(report, filters.currency)
    known = currencies_of(report)
    rows = [row for row in report.rows if row["currency"] == currency or not known]
    return Customers(rows, currency)


async def fetch_value(office: Office, view: View) -> Customers | None:
    """What each customer will buy and be worth; None unless the view asks for it."""
    if not shows_value(view):
        return None
    filters = view.filters
    period = office.period(filters)
    history = Period(EARLIEST, period.end)
    report = await office.ask("value", filters, history, limit=MOST)
    currency = choose_currency(report, filters.currency)
    rows = [row for row in report.rows if row["currency"] == currency]
    return Customers(rows, currency, report.notes)


def shows_value(view: View) -> bool:
    return view.text("show") == "value"
