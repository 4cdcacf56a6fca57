"""The values that can be chosen in the filter menu."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import Filters
from clickstream.dashboard.metrics import number

MOST: Final = 200
PRODUCTS: Final[Mapping[str, str]] = {"brand": "product_brand", "category": "product_category"}


async def fetch_choices(office: Office, filters: Filters, dimension: str) -> Sequence[str]:
    """The values of a dimension in the period, the most frequent first, whatever is chosen."""
    if dimension == "segment":
        return [segment.name for segment in office.saved.segments]
    free = replace(filters, chosen=())
    period = office.period(free)
    if dimension in PRODUCTS:
        report = await office.ask("products", free, period, by=dimension)
        return ranked(report.rows, PRODUCTS[dimension], "views")
    if dimension == "event_name":
        report = await office.ask("events", free, period)
        return ranked(report.rows, dimension, "events")
    report = await _sessions(office, free, dimension)
    return ranked(report.rows, dimension, "value")


async def _sessions(office: Office, filters: Filters, dimension: str) -> Report:
    return await office.ask(
        "trends",
        filters,
        office.period(filters),
        metrics=("sessions",),
        by=dimension,
        interval="month",
        compare="none",
        limit=MOST,
    )


def ranked(rows: Sequence[Mapping[str, Any]], key: str, weight: str) -> list[str]:
    """The values of a column by their weight, the greatest first."""
    weights: dict[str, float] = {}
    for row in rows:
        name = str(row[key]) if row[key] else "(none)"
        weights[name] = weights.get(name, 0) + (number(row[weight]) or 0)
    return sorted(weights, key=lambda name: (-weights[name], name))[:MOST]
