"""What the Orders page asks of analytics."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard import periods
from clickstream.dashboard.charts import Point
from clickstream.dashboard.currency import choose_currency, currencies_of
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import TENFOLD, growth, number
from clickstream.dashboard.periods import Interval

MOST: Final = 2000
"""Orders in the table; all are counted in the figures above it."""
TILES: Final = ("orders", "revenue", "average_order_value", "refunded", "net_revenue")
DRAWN: Final = ("orders", "revenue", "refunded", "average_order_value")


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a period, the latest first; their totals in one currency; and the carts."""

    rows: Sequence[Mapping[str, Any]]
    total: Mapping[str, Any]
    changes: Mapping[str, float | None]
    carts: Mapping[str, Any]
    currency: str | None
    currencies: Sequence[str]


@dataclass(frozen=True, slots=True)
class Course:
    """One of the figures over time, and that of the period before."""

    name: str
    interval: Interval
    currency: str | None
    labels: Sequence[str]
    values: Sequence[float | None]
    before: Sequence[Point]
    is_running: bool


def chosen_figure(view: View) -> str:
    return view.choice("figure", DRAWN, "orders")


async def fetch_orders(office: Office, view: View) -> Orders:
    """The orders and carts of the period, and the totals of the period before."""
    filters = view.filters
    period = office.period(filters)
    asked = [office.ask("orders", filters, period, limit=MOST)]
    if filters.compare:
        asked.append(office.ask("orders", filters, period.before(), limit=1))
    now, *before = await asyncio.gather(*asked)
    totals = _totals(now)
    currency = choose_currency(_as_rows(totals), filters.currency)
    total = totals.get(currency, {})
    earlier = _totals(before[0]).get(currency, {}) if before else {}
    changes = _changes(total, earlier) if before else {}
    carts = now.summary.get("carts")
    return Orders(
        now.rows,
        total,
        changes,
        carts if isinstance(carts, Mapping) else {},
        currency,
        currencies_of(_as_rows(totals)),
    )


def _changes(total: Mapping[str, Any], earlier: Mapping[str, Any]) -> Mapping[str, float | None]:
    """How the totals changed; the average only where there were enough orders to compare with."""
    changes = {
        name: growth(number(total.get(name)) or 0, number(earlier.get(name)) or 0) for name in TILES
    }
    if (changes["orders"] or 0) >= TENFOLD:
        changes["average_order_value"] = None
    return changes


def _totals(report: Report) -> dict[str | None, Mapping[str, Any]]:
    found = report.summary.get("totals")
    return {row["currency"]: row for row in found} if isinstance(found, Sequence) else {}


def _as_rows(totals: Mapping[str | None, Mapping[str, Any]]) -> Report:
    return Report(name="orders", params={}, columns=(), rows=list(totals.values()))


async def fetch_course(office: Office, view: View) -> Course:
    """The chosen figure over time."""
    filters, name = view.filters, chosen_figure(view)
    period = office.period(filters)
    interval = periods.usual(period)
    overview, report = await asyncio.gather(
        office.ask("overview", filters, period, compare="none"),
        office.ask(
            "trends", filters, period, metrics=(name,), interval=interval,
            compare="previous" if filters.compare else "none",
        ),
    )  # fmt: skip
    currency = choose_currency(overview, filters.currency)
    now = office.now(filters)
    points = periods.points(report.rows, now=now, currency=currency)
    earlier = (
        periods.points(report.rows, now=now, currency=currency, is_before=True)
        if filters.compare
        else []
    )
    before, _ = periods.comparable(earlier)
    labels = [point.period for point in points]
    return Course(
        name,
        interval,
        currency,
        labels,
        [point.value for point in points],
        before,
        periods.is_running(labels, interval, now=now),
    )
