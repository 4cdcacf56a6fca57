"""What the Retention page asks of analytics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import Period, View
from clickstream.dashboard.metrics import number

KEYS: Final = ("interval", "of", "later")
INTERVALS: Final = {"day": "Day", "week": "Week", "month": "Month"}
FIRSTS: Final = {"visit": "First visit", "purchase": "First order", "any": "Any visit"}
MOST_PERIODS: Final = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """The part of a cohort that came again in a period; not complete while that one runs."""

    rate: float | None
    retained: float
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who came first in a period, and how many came again in each period after it."""

    start: str
    size: float
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Retention:
    """The cohorts, the oldest first, and the average of their complete cells by period."""

    interval: str
    first: str
    cohorts: Sequence[Cohort]
    average: Sequence[float | None]


def chosen_interval(view: View, period: Period) -> str:
    """The interval chosen; else the one that gives a period between four and thirty cohorts."""
    usual = "day" if period.days < 28 else "week" if period.days < 200 else "month"
    return view.choice("interval", INTERVALS, usual)


async def fetch_retention(office: Office, view: View) -> Retention:
    """How many of each cohort came again."""
    filters = view.filters
    period = office.period(filters)
    interval = chosen_interval(view, period)
    first = view.choice("of", FIRSTS, "visit")
    report = await office.ask(
        "retention",
        filters,
        period,
        interval=interval,
        from_first=first,
        on_or_after=view.text("later") == "on" or None,
    )
    return gather(report, interval, first)


def gather(report: Report, interval: str, first: str) -> Retention:
    """A report's rows by cohort; cohorts without anybody are left out."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in report.rows:
        if row["size"] and row["period"] <= MOST_PERIODS:
            groups.setdefault(str(row["cohort"]), []).append(row)
    cohorts = [
        Cohort(start, number(rows[0]["size"]) or 0, [_cell(row) for row in rows])
        for start, rows in sorted(groups.items())
    ]
    longest = max((len(cohort.cells) for cohort in cohorts), default=0)
    return Retention(interval, first, cohorts, [_average(cohorts, n) for n in range(longest)])


def _cell(row: Mapping[str, Any]) -> Cell:
    return Cell(number(row["rate"]), number(row["retained"]) or 0, bool(row["complete"]))


def _average(cohorts: Sequence[Cohort], place: int) -> float | None:
    """The share of all people, of the cohorts for which the period is over."""
    known = [c for c in cohorts if len(c.cells) > place and c.cells[place].is_complete]
    people = sum(cohort.size for cohort in known)
    return sum(cohort.cells[place].retained for cohort in known) / people if people else None


async def fetch_lifecycle(office: Office, view: View) -> Report:
    """New, returning, resurrected and dormant visitors by period."""
    filters = view.filters
    period = office.period(filters)
    return await office.ask("lifecycle", filters, period, interval=chosen_interval(view, period))
