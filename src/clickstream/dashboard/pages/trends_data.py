"""What the Trends page asks of analytics: one metric, by time and by any field."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.analytics.measures import known_metrics
from clickstream.dashboard import periods
from clickstream.dashboard.charts import Point
from clickstream.dashboard.currency import choose_currency
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import Filters, Period, View
from clickstream.dashboard.metrics import change, metric, number
from clickstream.dashboard.pages.trends_expected import Watch, fetch_watch
from clickstream.dashboard.periods import Interval

KEYS: Final = ("metric", "interval", "by")
DRAWN: Final = 7
LISTED: Final = 100
FIELDS: Final = {
    "channel": "Channel", "source": "Source", "medium": "Medium", "campaign": "Campaign",
    "landing_page": "Landing page", "device": "Device", "browser": "Browser",
    "os": "Operating system", "country": "Country", "language": "Language",
    "visitor_type": "New or returning", "login": "Signed in", "category": "Category",
    "brand": "Brand", "product_name": "Product", "event_name": "Event", "action": "Action",
    "page": "Page",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A value of the field over the periods, with its whole and the change of it."""

    name: str | None
    values: Sequence[float | None]
    total: float | None
    change: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A metric by time: one line, and that of the period before; or a line a value of a field.

    ``lack`` says why there is nothing to compare with.
    """

    metric: str
    by: str
    interval: Interval
    currency: str | None
    currencies: Sequence[str]
    labels: Sequence[str]
    lines: Sequence[Line]
    before: Sequence[Point]
    lack: str | None
    watch: Watch
    is_running: bool


def metrics() -> dict[str, str]:
    """Every metric that has a course, with its name."""
    return {name: metric(name).title for name in known_metrics()}


def chosen_metric(view: View) -> str:
    return view.choice("metric", metrics(), "sessions")


def chosen_field(view: View) -> str:
    return view.choice("by", FIELDS, "")


def chosen_interval(view: View, period: Period) -> Interval:
    suited = periods.suited(period)
    asked = view.text("interval")
    return next((name for name in suited if name == asked), periods.usual(period))


async def fetch_trend(office: Office, view: View) -> Trend:
    """The metric's course by the interval, beside the period before or by the field."""
    filters, name, by = view.filters, chosen_metric(view), chosen_field(view)
    period = office.period(filters)
    interval = chosen_interval(view, period)
    compare = filters.compare
    report = await office.ask(
        "trends", filters, period, metrics=(name,), interval=interval, by=by or None,
        compare="previous" if compare else "none", limit=LISTED if by else None,
    )  # fmt: skip
    currency = await _currency(office, filters, period, report, name)
    totals = await _totals(office, filters, period, by, currency) if by else {}
    watch = await fetch_watch(
        office, filters, period, metric=name, interval=interval, by=by, currency=currency
    )
    now = office.now(filters)
    own = [row for row in report.rows if row.get("currency", currency) == currency]
    first = own[0].get(by) if own and by else None
    one = [row for row in own if not by or row[by] == first]
    is_compared = compare and not by
    earlier = periods.points(one, now=now, currency=currency, is_before=True) if is_compared else []
    before, lack = periods.comparable(earlier)
    labels = [point.period for point in periods.points(one, now=now, currency=currency)]
    return Trend(
        name, by, interval, currency, currencies_of_money(report), labels,
        _lines(own, by, name, totals=totals, now=now, currency=currency),
        before,
        lack,
        watch,
        periods.is_running(labels, interval, now=now),
    )  # fmt: skip


def currencies_of_money(report: Report) -> Sequence[str]:
    return list(dict.fromkeys(str(row["currency"]) for row in report.rows if row.get("currency")))


async def _currency(
    office: Office, filters: Filters, period: Period, report: Report, name: str
) -> str | None:
    """The currency of a metric in money: the one asked for, else the one with most orders."""
    if metric(name).unit != "money":
        return None
    if len(currencies_of_money(report)) < 2:
        return next(iter(currencies_of_money(report)), None)
    overview = await office.ask("overview", filters, period, compare="none")
    return choose_currency(overview, filters.currency)


async def _totals(
    office: Office, filters: Filters, period: Period, by: str, currency: str | None
) -> dict[object, Mapping[str, Any]]:
    """The values of the field over the whole period: uniques are not the sum of their days."""
    compare = "previous" if filters.compare else "none"
    report = await office.ask("breakdown", filters, period, by=by, compare=compare)
    found: dict[object, Mapping[str, Any]] = {}
    for row in report.rows:
        if row["currency"] == currency or row[by] not in found:
            found[row[by]] = row
    return found


def _lines(
    rows: Sequence[Mapping[str, Any]],
    by: str,
    name: str,
    *,
    totals: Mapping[object, Mapping[str, Any]],
    now: dt.datetime,
    currency: str | None,
) -> list[Line]:
    groups: dict[object, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[by] if by else None, []).append(row)
    return [
        Line(
            None if not by else str(value or "(none)"),
            [p.value for p in periods.points(found, now=now, currency=currency)],
            _total(found, totals.get(value), name),
            _change(totals.get(value), name),
        )
        for value, found in groups.items()
    ]


def _total(
    rows: Sequence[Mapping[str, Any]], whole: Mapping[str, Any] | None, name: str
) -> float | None:
    if whole is not None and name in whole:
        return number(whole[name])
    if metric(name).ratio is not None:
        return None
    return sum(number(row["value"]) or 0 for row in rows)


def _change(whole: Mapping[str, Any] | None, name: str) -> float | None:
    if whole is None or f"{name}_previous" not in whole:
        return None
    return change(number(whole[name]), number(whole[f"{name}_previous"]))
