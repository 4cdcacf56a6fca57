"""What is watched: a shop's numbers by hour and by day, and when their periods are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

Grain = Literal["hour", "day"]
GRAINS: Final[tuple[Grain, ...]] = ("hour", "day")
HISTORY: Final = {"hour": timedelta(days=28), "day": timedelta(days=180)}
"""How far back the season of a period is looked for."""
SETTLING: Final = timedelta(hours=1)
"""After its end a period waits for late events, and for sessions that began in it."""
AGAIN: Final = {"hour": timedelta(days=1), "day": timedelta(days=3)}
"""Periods that are read again each time, for what came late."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One series: a metric, for one value of a dimension (both empty for the whole shop)."""

    metric: str
    dimension: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One period of a series: what was observed, and of how many things it is made.

    `kind` says how it varies by chance: a `count`, the `rate` of `weight` trials, the `sum` or the
    `mean` over `weight` sessions or orders.
    """

    name: Name
    period: datetime
    observed: float | None
    weight: float
    kind: str = "count"


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension in a period, and what it was in comparable periods before."""

    dimension: str
    value: str
    observed: float
    expected: float


class Source(Protocol):
    """Where the numbers come from: the reports, so that a number has one definition."""

    @property
    def filters(self) -> str:
        """What narrows them, in words that change with it; empty where nothing does."""

    def observe(self, grain: Grain, first: datetime, last: datetime) -> Sequence[Observation]:
        """Every series in the periods from `first` to `last`, both included."""

    def parts(self, name: Name, grain: Grain, period: datetime) -> Sequence[Part]:
        """The series' period, and the like ones before, by the values of every dimension."""


def latest_closed(grain: Grain, now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the latest period that is over and has settled, in UTC."""
    local = (now - SETTLING).astimezone(zone)
    return step(start_of(grain, local), grain, -1, zone)


def start_of(grain: Grain, instant: datetime, zone: ZoneInfo | None = None) -> datetime:
    """The beginning of the period that holds an instant, in UTC."""
    local = instant.astimezone(zone) if zone else instant
    floor = local.replace(minute=0, second=0, microsecond=0)
    return (floor if grain == "hour" else floor.replace(hour=0, fold=0)).astimezone(UTC)


def step(period: datetime, grain: Grain, count: int, zone: ZoneInfo) -> datetime:
    """The period so many after (or, negative, before) another one."""
    if grain == "hour":
        return period + timedelta(hours=count)
    local = period.astimezone(zone).replace(tzinfo=None) + timedelta(days=count)
    return local.replace(tzinfo=zone).astimezone(UTC)


def on_the_clock(period: datetime, zone: ZoneInfo) -> float:
    """The seconds of an instant on the clock by which the shop lives."""
    return period.astimezone(zone).replace(tzinfo=UTC).timestamp()
