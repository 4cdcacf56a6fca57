"""Time in a report: days of a zone, the periods they are cut into, and the days before them."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clickstream.analytics.options import Interval, ReportOptions
from clickstream.errors import ReportError

DEFAULT_DAYS: Final = 30
EARLIEST: Final = dt.date(1970, 1, 1)
LATEST: Final = dt.date(9000, 1, 1)
MAX_PERIODS: Final = 50_000

Period = dt.date | dt.datetime
"""A period by its start: a day (of a day, week or month), or an instant in UTC (of an hour)."""

_DURATION: Final = re.compile(r"([1-9]\d{0,6})\s*([smhdw])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days of a zone, both included."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo

    @property
    def start(self) -> dt.datetime:
        """The instant at which the first day begins, in UTC."""
        return day_start(self.first, self.zone)

    @property
    def end(self) -> dt.datetime:
        """The instant at which the day after the last begins: the first that is not included."""
        return day_start(self.last + dt.timedelta(days=1), self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "DateRange":
        """The same number of days, directly before."""
        last = self.first - dt.timedelta(days=1)
        return DateRange(last - dt.timedelta(days=self.days - 1), last, self.zone)

    def periods(self, interval: Interval) -> list[Period]:
        """The periods that the range touches, in order; the first and last may reach out of it."""
        if interval == "hour":
            hours = int((self.end - self.start) / dt.timedelta(hours=1) + 0.999)
            _check_number(hours, interval)
            found = (self.start + dt.timedelta(hours=number) for number in range(hours))
            return list(dict.fromkeys(_hour(instant, self.zone) for instant in found))
        periods: list[Period] = []
        day = period_of_day(self.first, interval)
        while day <= self.last:
            periods.append(day)
            day = next_period(day, interval)
        _check_number(len(periods), interval)
        return periods

    def is_complete(self, period: Period, interval: Interval, now: dt.datetime) -> bool:
        """Whether a period lies wholly within the range and is over."""
        if isinstance(period, dt.datetime):
            return period + dt.timedelta(hours=1) <= now
        after = next_period(period, interval)
        is_inside = self.first <= period and after <= self.last + dt.timedelta(days=1)
        return is_inside and day_start(after, self.zone) <= now


@lru_cache(maxsize=4096)
def day_start(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The instant, in UTC, at which a day begins in a zone."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def period_of_day(day: dt.date, interval: Interval) -> dt.date:
    """The first day of the week (from Monday) or month that a day lies in, or the day itself."""
    if interval == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def next_period(day: dt.date, interval: Interval, count: int = 1) -> dt.date:
    """The first day of the period that follows ``count`` periods later."""
    if interval == "month":
        months = day.year * 12 + day.month - 1 + count
        return dt.date(months // 12, months % 12 + 1, 1)
    return day + dt.timedelta(days=count * (7 if interval == "week" else 1))


def resolve_range(options: ReportOptions, zone: ZoneInfo) -> DateRange:
    """The days that the options mean. Raises ReportError where they are absurd or the wrong way."""
    today = options.now.astimezone(zone).date()
    last = options.to or max(today, options.from_ or today)
    first = options.from_ or last - dt.timedelta(days=DEFAULT_DAYS - 1)
    return check_range(DateRange(first, last, zone))


def check_range(days: DateRange) -> DateRange:
    """The days, where they make sense. Raises ReportError otherwise."""
    if days.first > days.last:
        raise ReportError(f"--from {days.first} is after --to {days.last}; both are included")
    if days.first < EARLIEST or days.last > LATEST:
        raise ReportError(
            f"--from {days.first} --to {days.last} reaches outside {EARLIEST} to {LATEST}"
        )
    return days


def read_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ReportError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ReportError(
            f"--timezone is {name!r}; give an IANA name such as Asia/Ho_Chi_Minh or UTC"
        ) from None


def read_duration(option: str, text: str) -> dt.timedelta:
    """The time that a text such as ``30m``, ``24h`` or ``14d`` names. Raises ReportError."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise ReportError(f"--{option} is {text!r}; give a duration such as 30m, 24h or 14d")
    return dt.timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def _hour(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    local = instant.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    return local.astimezone(dt.UTC)


def _check_number(periods: int, interval: Interval) -> None:
    if periods > MAX_PERIODS:
        raise ReportError(
            f"The range has {periods} periods of an {interval}; "
            f"ask for at most {MAX_PERIODS} by a shorter range or a longer interval"
        )
