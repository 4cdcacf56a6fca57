"""What the Acquisition page asks of analytics."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard import periods
from clickstream.dashboard.currency import choose_currency, currencies_of
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import change, number
from clickstream.dashboard.periods import Interval

KEYS: Final = ("by",)
GROUPS: Final = {
    "channel": "Channels", "source": "Sources", "medium": "Media", "campaign": "Campaigns",
    "landing_page": "Landing pages", "referrer": "Referrers",
}  # fmt: skip
ONE: Final = {
    "channel": "Channel", "source": "Source", "medium": "Medium", "campaign": "Campaign",
    "landing_page": "Landing page", "referrer": "Referrer",
}  # fmt: skip
DRAWN: Final = 6
MOST: Final = 500
SPEND: Final = ("spend", "roas", "cost_per_acquisition")
"""What is known of a value in the currency of its spend."""
ASSISTANTS: Final = "AI Assistants"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """The values of a field with what they brought, in one currency, the most sessions first."""

    by: str
    rows: Sequence[Mapping[str, Any]]
    currency: str | None
    currencies: Sequence[str]


@dataclass(frozen=True, slots=True)
class Course:
    """Sessions over time for the values with most of them."""

    by: str
    interval: Interval
    labels: Sequence[str]
    lines: Mapping[str, Sequence[float | None]]
    is_running: bool


def chosen_group(view: View) -> str:
    return view.choice("by", GROUPS, "channel")


async def fetch_acquisition(office: Office, view: View) -> Acquisition:
    """What each value of the field brought, beside the period before where it is compared."""
    return await acquisition_by(office, view, chosen_group(view))


async def fetch_assistants(office: Office, view: View) -> Acquisition:
    """The sources among the AI assistants."""
    filters = view.filters.only("channel", ASSISTANTS)
    period = office.period(filters)
    report = await office.ask("acquisition", filters, period, by="source", limit=MOST)
    return _gather(report, "source", filters.currency)


async def acquisition_by(office: Office, view: View, by: str) -> Acquisition:
    filters = view.filters
    report = await office.ask(
        "acquisition",
        filters,
        office.period(filters),
        by=by,
        limit=MOST,
        compare="previous" if filters.compare else "none",
    )
    return _gather(report, by, filters.currency)


def _gather(report: Report, by: str, asked: str | None) -> Acquisition:
    """One row a value: its row in the currency, else any of its rows without the sales."""
    currency = choose_currency(report, asked)
    found: dict[object, dict[str, Any]] = {}
    for row in report.rows:
        is_sold = row["currency"] == currency and currency is not None
        if is_sold or row[by] not in found:
            found[row[by]] = _row(row, has_sales=is_sold, currency=currency)
    rows = [row for row in found.values() if row["sessions"] or row.get("spend")]
    return Acquisition(by, rows, currency, currencies_of(report))


def _row(row: Mapping[str, Any], *, has_sales: bool, currency: str | None) -> dict[str, Any]:
    shown = dict(row) | {"currency": currency}
    if not has_sales:
        shown |= {"orders": 0, "revenue": 0, "average_order_value": None}
        shown |= dict.fromkeys(SPEND)
    before = number(row.get("sessions_previous"))
    shown["sessions_change"] = change(number(row["sessions"]), before)
    return shown


async def fetch_course(office: Office, view: View) -> Course:
    """Sessions over time by the values of the field with most of them."""
    filters, by = view.filters, chosen_group(view)
    period = office.period(filters)
    interval = periods.usual(period)
    report = await office.ask(
        "trends", filters, period, metrics=("sessions",), interval=interval, by=by,
        compare="none", limit=DRAWN,
    )  # fmt: skip
    return course_of(report, by, interval, now=office.now(filters))


def course_of(report: Report, by: str, interval: Interval, *, now: dt.datetime) -> Course:
    """The rows of a trend by a field as one line a value."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in report.rows:
        rows.setdefault(str(row[by] or "(none)"), []).append(row)
    points = {name: periods.points(found, now=now, currency=None) for name, found in rows.items()}
    labels = [point.period for point in next(iter(points.values()), [])]
    lines = {name: [p.value for p in found] for name, found in points.items()}
    return Course(by, interval, labels, lines, periods.is_running(labels, interval, now=now))
