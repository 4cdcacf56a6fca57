"""What was expected of a watched metric, period by period, and which periods stood out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import Filters, Period
from clickstream.dashboard.metrics import metric as known
from clickstream.dashboard.metrics import number
from clickstream.dashboard.periods import Interval

WATCHED: Final = ("hour", "day")
NARROWED: Final = (
    "What was to be expected is known of the whole shop: take filters and breakdown away to see it."
)
COARSE: Final = "What was to be expected is known by hour and by day."
UNKNOWN: Final = "What was to be expected is not known: this metric is not watched, or too newly."
ORDINARY: Final = "Nothing that calls for an alarm"


@dataclass(frozen=True, slots=True)
class Expected:
    """What was to be expected of one period, and between which bounds."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Unusual:
    """A period that stood out: whether by more than expected, and what brings most of it."""

    is_more: bool
    field: str | None
    value: str | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What was expected and what stood out, by period; ``words`` where there is none of it."""

    expected: Mapping[str, Expected] = field(default_factory=dict)
    unusual: Mapping[str, Unusual] = field(default_factory=dict)
    words: str | None = None


async def fetch_watch(
    office: Office,
    filters: Filters,
    period: Period,
    *,
    metric: str,
    interval: Interval,
    by: str,
    currency: str | None,
) -> Watch:
    """What the detector holds of the metric, where it is shown as it is watched."""
    if by or filters.chosen or (filters.bots, filters.internal) != ("exclude", "exclude"):
        return Watch(words=NARROWED)
    if interval not in WATCHED:
        return Watch(words=COARSE)
    bands = await office.ask("bands", filters, period, metrics=(metric,), interval=interval)
    found = await office.ask("anomalies", filters, period, interval=interval)
    digits = 0 if known(metric).unit == "count" else 6
    expected = {
        label: Expected(round(value, digits), round(lower, digits), round(upper, digits))
        for label, row in _of(_judged(bands.rows), metric, interval, currency).items()
        if (value := number(row["expected"])) is not None
        and (lower := number(row["lower"])) is not None
        and (upper := number(row["upper"])) is not None
    }
    unusual = {
        label: _unusual(row)
        for label, row in _of(found.rows, metric, interval, currency).items()
    }  # fmt: skip
    words = None if unusual else ORDINARY if expected else UNKNOWN
    return Watch(expected, unusual, words)


def _judged(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows without those from before a metric's season was known, which score nothing."""
    begun: set[object] = set()
    found = []
    for row in rows:
        name = (row["metric"], row["dimension"], row["value"])
        if row["score"]:
            begun.add(name)
        if name in begun:
            found.append(row)
    return found


def _of(
    rows: Sequence[Mapping[str, Any]], metric: str, interval: Interval, currency: str | None
) -> dict[str, Mapping[str, Any]]:
    """The rows of the metric of the whole shop, by period as the chart's labels read.

    Money is watched by currency. A day of another zone than the shop's is none that was watched.
    """
    whole = (("currency", currency),) if currency else ((None, None),)
    return {
        row["period"].strftime("%Y-%m-%d" if interval == "day" else "%Y-%m-%dT%H:%M"): row
        for row in rows
        if row["metric"] == metric
        and (row["dimension"], row["value"]) in whole
        and (interval == "hour" or not (row["period"].hour or row["period"].minute))
    }


def _unusual(row: Mapping[str, Any]) -> Unusual:
    is_more = (number(row["observed"]) or 0) > (number(row["expected"]) or 0)
    share = number(row.get("explained_share"))
    return Unusual(is_more, row.get("explained_by"), row.get("explained_value"), share)
