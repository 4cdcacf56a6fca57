"""The values that can be chosen in the filter menu."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import Filters
from clickstream.dashboard.metrics import number

Choices = Mapping[str, Sequence[str]]
MOST: Final = 200
SESSIONS: Final = ("channel", "device", "login")
PRODUCTS: Final = ("brand", "category")


async def fetch_choices(office: Office, filters: Filters) -> Choices:
    """The values of each dimension in the period, the most frequent first, whatever is chosen."""
    free = replace(filters, chosen=())
    period = office.period(free)
    reports = await asyncio.gather(
        *(
            office.ask(
                "trends", free, period,
                metrics=("sessions",), by=name, interval="month", compare="none",
            )
            for name in SESSIONS
        ),
        *(office.ask("products", free, period, by=name) for name in PRODUCTS),
    )  # fmt: skip
    keys = [(name, name, "value") for name in SESSIONS]
    keys += [(name, f"product_{name}", "views") for name in PRODUCTS]
    return {
        name: _values(report, key, weight)
        for (name, key, weight), report in zip(keys, reports, strict=True)
    }


def _values(report: Report, key: str, weight: str) -> list[str]:
    weights: dict[str, float] = {}
    for row in report.rows:
        name = str(row[key]) if row[key] else "(none)"
        weights[name] = weights.get(name, 0) + (number(row[weight]) or 0)
    return sorted(weights, key=lambda name: (-weights[name], name))[:MOST]
