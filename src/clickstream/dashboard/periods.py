"""The points of a trend: which intervals suit a period, and which of them are over."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from clickstream.analytics.period import next_period
from clickstream.dashboard.charts import Point, without_running
from clickstream.dashboard.filters import Period
from clickstream.dashboard.metrics import number

Interval = Literal["hour", "day", "week", "month"]
INTERVALS: Final[Mapping[Interval, str]] = {
    "hour": "Hour",
    "day": "Day",
    "week": "Week",
    "month": "Month",
}
NOTHING: Final = "Nothing before to compare with"
LITTLE: Final = "Too little before to compare with"


def suited(period: Period) -> list[Interval]:
    """The intervals that give a period between a few and a few hundred points."""
    bounds: Mapping[Interval, tuple[int, int]] = {
        "hour": (1, 7),
        "day": (2, 400),
        "week": (14, 2000),
        "month": (60, 40_000),
    }
    return [name for name, (low, high) in bounds.items() if low <= period.days <= high]


def usual(period: Period) -> Interval:
    """The interval that a period is shown in unless another is chosen."""
    if period.days <= 2:
        return "hour"
    if period.days <= 120:
        return "day"
    return "week" if period.days <= 1000 else "month"


def points(
    rows: Iterable[Mapping[str, Any]],
    *,
    now: dt.datetime,
    currency: str | None,
    is_before: bool = False,
) -> list[Point]:
    """The points of a trend in order: those that have begun, or those of the period before."""
    period, value = ("previous_period", "previous") if is_before else ("period", "value")
    return [
        Point(_label(row[period]), number(row[value]))
        for row in rows
        if row.get("currency", currency) == currency
        and row[period] is not None
        and (is_before or _has_begun(row[period], now))
    ]


def is_running(labels: Sequence[str], interval: Interval, *, now: dt.datetime) -> bool:
    """Whether the last of the periods that have begun is not over yet."""
    if not labels:
        return False
    begun = dt.datetime.fromisoformat(labels[-1])
    if interval == "hour":
        return now.replace(tzinfo=None) < begun + dt.timedelta(hours=1)
    return now.date() < next_period(begun.date(), interval)


def finished(found: Sequence[Point], interval: Interval, *, now: dt.datetime) -> list[float | None]:
    """The values without that of a period that is not over, unless it is the only one."""
    running = is_running([point.period for point in found], interval, now=now)
    return [point.value for point in without_running(found, is_running=running)]


def comparable(before: Sequence[Point]) -> tuple[Sequence[Point], str | None]:
    """The points of the period before, and why they are none, where they tell hardly anything."""
    told = sum(1 for point in before if point.value)
    if 10 * told >= len(before):
        return before, None
    return [], LITTLE if told else NOTHING


def _has_begun(period: dt.date | dt.datetime, now: dt.datetime) -> bool:
    return period <= now if isinstance(period, dt.datetime) else period <= now.date()


def _label(period: dt.date | dt.datetime) -> str:
    return period.strftime("%Y-%m-%dT%H:%M" if isinstance(period, dt.datetime) else "%Y-%m-%d")
