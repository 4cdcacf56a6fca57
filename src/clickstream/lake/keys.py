"""The lake's layout: `events/YYYY/MM/DD/HH/…`, in UTC hours.

The hour is that of receipt, and for imports that of occurrence.
"""

import re
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

EVENTS: Final = "events/"
"""Below it lies every event, and nothing else."""

_KEY: Final = re.compile(r"events/(\d{4})/(\d\d)/(\d\d)/(\d\d)/", re.ASCII)


def hour_prefix(instant: datetime) -> str:
    """The folder of the UTC hour that holds `instant`, with its closing slash."""
    utc = instant.astimezone(UTC)
    return f"events/{utc.year:04}/{utc.month:02}/{utc.day:02}/{utc.hour:02}/"


def event_key(instant: datetime, uuid: UUID) -> str:
    """The key of an object that holds one event, as one JSON object."""
    return f"{hour_prefix(instant)}event-{uuid}.json"


def batch_key(instant: datetime, uuid: UUID) -> str:
    """The key of an object that holds many events, as gzipped NDJSON."""
    return f"{hour_prefix(instant)}batch-{uuid}.ndjson.gz"


def key_hour(key: str) -> datetime | None:
    """The start of the UTC hour under which a key lies; None where it is not of the layout."""
    match = _KEY.match(key)
    if match is None:
        return None
    year, month, day, hour = map(int, match.groups())
    try:
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
