"""What the Overview asks of analytics."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics.report import Report
from clickstream.dashboard import periods
from clickstream.dashboard.charts import Point
from clickstream.dashboard.currency import choose_currency, currencies_of
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import Filters, Period, View
from clickstream.dashboard.metrics import number
from clickstream.dashboard.periods import Interval

TILES: Final = (
    "visitors", "sessions", "orders", "conversion_rate", "average_order_value", "revenue",
)  # fmt: skip
MOST_PAGES: Final = 200
NONE: Final = "(none)"


@dataclass(frozen=True, slots=True)
class Headline:
    """The numbers of a period and of the one before, in one currency, with their course."""

    row: Mapping[str, Any]
    sparks: Mapping[str, Sequence[float | None]]
    currency: str | None
    currencies: Sequence[str]


@dataclass(frozen=True, slots=True)
class Trend:
    """One metric over the period, and over the period before where it is compared.

    ``lack`` says why there is nothing to compare with.
    """

    name: str
    interval: Interval
    currency: str | None
    points: Sequence[Point]
    before: Sequence[Point]
    lack: str | None
    is_running: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A name, its amount, and its part of the whole."""

    name: str
    value: float
    share: float | None


def chosen_metric(view: View) -> str:
    return view.choice("metric", TILES, "visitors")


def chosen_interval(view: View, period: Period) -> Interval:
    suited = periods.suited(period)
    usual = periods.usual(period)
    return next((name for name in suited if name == view.text("interval")), usual)


async def fetch_headline(office: Office, view: View) -> Headline:
    """The headline numbers, those before, and the course of each over the period."""
    filters, period = view.filters, office.period(view.filters)
    report, trends = await asyncio.gather(
        office.ask("overview", filters, period, compare=_compare(filters)),
        _trends(office, filters, period, periods.usual(period)),
    )
    currency = choose_currency(report, filters.currency)
    now, interval = office.now(filters), periods.usual(period)
    sparks = {
        name: periods.finished(_points(trends, name, currency, now=now), interval, now=now)
        for name in TILES
    }
    return Headline(_row(report, currency), sparks, currency, currencies_of(report))


def _compare(filters: Filters) -> str:
    return "previous" if filters.compare else "none"


async def _trends(office: Office, filters: Filters, period: Period, interval: Interval) -> Report:
    compare = _compare(filters)
    return await office.ask(
        "trends", filters, period, metrics=TILES, interval=interval, compare=compare
    )


def _row(report: Report, currency: str | None) -> Mapping[str, Any]:
    rows = [row for row in report.rows if row.get("currency") == currency]
    # Counts repeat in each row: where nothing was sold in this currency, any row has them.
    return rows[0] if rows else {**(report.rows[0] if report.rows else {}), **_NO_ORDERS}


_NO_ORDERS: Final[Mapping[str, Any]] = {"orders": 0, "revenue": 0, "average_order_value": None}


async def fetch_trend(office: Office, view: View) -> Trend:
    """The chosen metric by the chosen interval, and the same of the period before."""
    filters, period = view.filters, office.period(view.filters)
    name, interval = chosen_metric(view), chosen_interval(view, period)
    overview, trends = await asyncio.gather(
        office.ask("overview", filters, period, compare=_compare(filters)),
        _trends(office, filters, period, interval),
    )
    currency = choose_currency(overview, filters.currency)
    now = office.now(filters)
    earlier = _points(trends, name, currency, now=now, is_before=True) if filters.compare else []
    before, lack = periods.comparable(earlier)
    points = _points(trends, name, currency, now=now)
    running = periods.is_running([point.period for point in points], interval, now=now)
    return Trend(name, interval, currency, points, before, lack, running)


def _points(
    report: Report, name: str, currency: str | None, *, now: dt.datetime, is_before: bool = False
) -> list[Point]:
    rows = [row for row in report.rows if row["metric"] == name]
    return periods.points(rows, now=now, currency=currency, is_before=is_before)


async def fetch_channels(office: Office, view: View) -> list[Share]:
    """Sessions by the channel that brought the visitor, the most first."""
    return await _shares(office, view, "sessions", "channel")


async def fetch_devices(office: Office, view: View) -> list[Share]:
    """Sessions by the kind of device, the most first."""
    return await _shares(office, view, "sessions", "device")


async def fetch_pages(office: Office, view: View) -> list[Share]:
    """Page views by address, the most first, with their share of all page views."""
    filters, period = view.filters, office.period(view.filters)
    pages, overview = await asyncio.gather(
        office.ask("pages", filters, period, limit=MOST_PAGES),
        office.ask("overview", filters, period, compare=_compare(filters)),
    )
    total = number(overview.rows[0]["page_views"]) if overview.rows else None
    return [
        Share(str(row["page"] or NONE), views, views / total if total else None)
        for row in pages.rows
        if (views := number(row["views"]))
    ]


async def _shares(office: Office, view: View, name: str, dimension: str) -> list[Share]:
    """A metric by a dimension. Each session lies in one period, so its months add up."""
    period = office.period(view.filters)
    report = await office.ask(
        "trends", view.filters, period,
        metrics=(name,), by=dimension, interval="month", compare="none",
    )  # fmt: skip
    return rank([(row[dimension], row["value"]) for row in report.rows])


def rank(found: Sequence[tuple[object, object]]) -> list[Share]:
    """Amounts added up by name, the most first."""
    amounts: dict[str, float] = {}
    for name, value in found:
        key = str(name) if name else NONE
        amounts[key] = amounts.get(key, 0) + (number(value) or 0)
    total = sum(amounts.values())
    ranked = sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Share(name, value, value / total if total else None) for name, value in ranked]


async def fetch_funnel(office: Office, view: View) -> Report:
    """The visitors who reach each step of the checkout."""
    period = office.period(view.filters)
    return await office.ask("funnel", view.filters, period, funnel="checkout")
