"""What the Funnels page asks of analytics."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from clickstream.analytics import Report, Saved
from clickstream.analytics.saved import Funnel
from clickstream.dashboard import periods
from clickstream.dashboard.charts import Point
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.periods import Interval

KEYS: Final = ("step", "funnel", "order", "window", "unit", "by")
WINDOWS: Final = ("30m", "1h", "24h", "7d", "14d", "30d", "90d")
UNITS: Final = ("visitor", "session")
ORDERS: Final = ("default", "strict", "any")
USUAL_WINDOW: Final = "14d"
MOST_STEPS: Final = 12
SUGGESTED: Final = 60
FIELDS: Final = {
    "channel": "Channel",
    "device": "Device",
    "visitor_type": "New or returning",
    "login": "Signed in",
    "source": "Source",
    "campaign": "Campaign",
    "landing_page": "Landing page",
    "country": "Country",
    "browser": "Browser",
    "category": "Category",
    "brand": "Brand",
}


@dataclass(frozen=True, slots=True)
class Trend:
    """Which share of each period's starts came through."""

    interval: Interval
    rates: Sequence[Point]
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The funnel of a view: its steps, how they are met, and whom to count."""

    steps: tuple[str, ...]
    exclude_steps: tuple[str, ...]
    order: str
    window: str
    unit: str

    def options(self) -> dict[str, str | tuple[str, ...]]:
        own: dict[str, str | tuple[str, ...]] = {
            "steps": self.steps,
            "order": self.order,
            "window": self.window,
            "unit": self.unit,
        }
        if self.exclude_steps:
            own["exclude_steps"] = self.exclude_steps
        return own


def named(view: View, saved: Saved) -> Funnel:
    """The saved funnel that the view names; the shop's checkout where it names none."""
    wanted = view.text("funnel")
    return next((funnel for funnel in saved.funnels if funnel.name == wanted), saved.funnels[0])


def chosen(view: View, saved: Saved) -> Chosen:
    """The funnel that the view asks for: its own steps, else those of a saved one."""
    known, own = named(view, saved), view.texts("step")[:MOST_STEPS]
    usual = Chosen(
        steps=own or known.steps,
        exclude_steps=() if own else known.exclude_steps,
        order=(None if own else known.order) or "default",
        window=(None if own else known.window) or USUAL_WINDOW,
        unit=(None if own else known.unit) or "visitor",
    )
    return replace(
        usual,
        order=view.choice("order", ORDERS, usual.order),
        window=view.choice("window", WINDOWS, usual.window),
        unit=view.choice("unit", UNITS, usual.unit),
    )


def chosen_field(view: View) -> str:
    return view.choice("by", FIELDS, "")


async def fetch_funnel(office: Office, view: View) -> Report:
    """How many came through each step."""
    filters = view.filters
    options = chosen(view, office.saved).options()
    return await office.ask("funnel", filters, office.period(filters), **options)


async def fetch_by(office: Office, view: View) -> Report | None:
    """The same for each value of the field chosen; None where none is."""
    by, filters = chosen_field(view), view.filters
    if not by:
        return None
    options = chosen(view, office.saved).options()
    return await office.ask("funnel", filters, office.period(filters), by=by, **options)


async def fetch_trend(office: Office, view: View) -> Trend:
    """The same for the starts of each period."""
    filters = view.filters
    period, now = office.period(filters), office.now(filters)
    interval = periods.usual(period)
    options = chosen(view, office.saved).options()
    report = await office.ask("funnel", filters, period, trend=interval, **options)
    last = max((row["step"] for row in report.rows), default=0)
    rows = [
        {"period": row["period"], "value": row["rate_from_first"]}
        for row in report.rows
        if row["step"] == last
    ]
    rates = periods.points(rows, now=now, currency=None)
    labels = [point.period for point in rates]
    return Trend(interval, rates, periods.is_running(labels, interval, now=now))


async def fetch_suggestions(office: Office, view: View) -> tuple[Sequence[str], Sequence[str]]:
    """The pages and the events' names that are most frequent in the period."""
    filters = view.filters
    period = office.period(filters)
    pages, events = await asyncio.gather(
        office.ask("pages", filters, period, limit=SUGGESTED),
        office.ask("events", filters, period, limit=SUGGESTED),
    )
    return (
        [str(row["page"]) for row in pages.rows if row["page"]],
        [str(row["event_name"]) for row in events.rows],
    )
