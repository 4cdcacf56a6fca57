"""Instants as whole milliseconds since 1970, in which the simulation counts."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
LOCAL: Final = 7 * HOUR
"""Asia/Ho_Chi_Minh is UTC+7 all year round, and the shoppers live there."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_milliseconds(instant: datetime) -> int:
    """The instant in milliseconds since 1970, what is finer cut off."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def to_datetime(milliseconds: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def to_text(milliseconds: int) -> str:
    """The instant as browsers write it, for instance `2026-01-31T12:00:00.000Z`."""
    second, rest = divmod(milliseconds, SECOND)
    return f"{_second(second)}.{rest:03d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def local_day(milliseconds: int) -> int:
    """Days since 1970 in the shoppers' zone."""
    return (milliseconds + LOCAL) // DAY


def weekday(day: int) -> int:
    """Monday is 0, for a day since 1970."""
    return (day + 3) % 7
