"""The currency that a page shows: the one asked for, else the one with the most orders."""

from collections.abc import Sequence

from clickstream.analytics.report import Report
from clickstream.dashboard.metrics import number


def currencies_of(report: Report) -> Sequence[str]:
    """The currencies of a report's rows, the one with the most orders first."""
    orders: dict[str, float] = {}
    for row in report.rows:
        if name := row.get("currency"):
            orders[str(name)] = orders.get(str(name), 0) + (number(row.get("orders")) or 0)
    return [name for name, _ in sorted(orders.items(), key=lambda pair: (-pair[1], pair[0]))]


def choose_currency(report: Report, asked: str | None) -> str | None:
    """The currency asked for, where the report has it; None where nothing was sold."""
    known = currencies_of(report)
    if asked in known:
        return asked
    return known[0] if known else None
