"""How an instant of the contract is read.

RFC 3339, or `date time` without a zone meaning UTC, or milliseconds since 1970. What PostgreSQL
and Python cannot both hold (outside the years 1 to 9999) is refused; a date that is merely wrong
is kept, for `event_timestamp` is derived so that a wrong clock does no harm.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from clickstream.contract.rejection import Reason, Rejected

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PATTERN: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?([.,]\d+)?\s?(Z|z|UTC|[+-]\d\d:?\d\d)?", re.ASCII
)
_USUAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?Z", re.ASCII)
"""As browsers write it, and as Python reads it by itself."""
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_instant(value: str | float, *, field: str = "eventTimestamp") -> datetime:
    """The instant in UTC, to the microsecond. A leap second is read as the last one before it.

    Raises `Rejected` (`invalid_timestamp`) for anything else than the three forms.
    """
    try:
        if isinstance(value, str):
            if _USUAL.fullmatch(value):
                return datetime.fromisoformat(value)
            return _from_text(value.strip())
        return _EPOCH + timedelta(milliseconds=value)
    except (ValueError, OverflowError) as error:
        raise Rejected(
            Reason.INVALID_TIMESTAMP,
            f"{field} is {str(value)[:64]!r}; expected RFC 3339 such as 2026-01-31T12:00:00Z, "
            "or milliseconds since 1970, within the years 1 to 9999",
            field=field,
        ) from error


def _from_text(text: str) -> datetime:
    match = _PATTERN.fullmatch(text)
    if match is None:
        if text.isdecimal() and text.isascii():
            return _EPOCH + timedelta(milliseconds=int(text))
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        raise ValueError(text)
    date, minutes, seconds, fraction, zone = match.groups()
    if seconds == ":60":
        seconds, fraction = ":59", ".999999"
    if zone in {None, "z", "UTC"}:
        zone = "Z"
    fraction = f".{fraction[1:7]}" if fraction else ""
    return datetime.fromisoformat(f"{date}T{minutes}{seconds or ':00'}{fraction}{zone}").astimezone(
        UTC
    )
