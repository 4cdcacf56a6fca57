"""What a shop sends in a month, and what the platform makes of it."""

from math import ceil
from typing import Final

from msgspec import Struct

HOURS: Final = 730
"""Of a month, as Amazon counts."""
RUNS: Final = 2 * HOURS
"""ETL runs a month, one every 30 minutes."""
LISTED_HOURS: Final = 48
"""Hours of receipt that each run lists; see `clickstream.etl.discover`."""
PAGE: Final = 1000
"""Keys in one answer of S3."""
PACKED: Final = 5
"""By how much gzip makes a batch of events smaller; one event alone is stored as it is."""


class Traffic(Struct, frozen=True, kw_only=True):
    """A month's events."""

    events: int
    batch: int = 1
    """Events in one POST."""
    event_bytes: int = 1000
    months: int = 12
    """How long the lake keeps events."""

    @property
    def posts(self) -> int:
        """Requests, and so objects: a POST's events are one object."""
        return ceil(self.events / self.batch)

    @property
    def stored_bytes(self) -> float:
        """What a month adds to the lake."""
        smaller = PACKED if self.batch > 1 else 1
        return self.events * self.event_bytes / smaller

    @property
    def lists(self) -> float:
        """LIST requests a month: each run the last hours, and once a day the whole lake."""
        recent = self.posts * LISTED_HOURS / HOURS
        whole = self.posts * self.months
        return RUNS * ceil(recent / PAGE) + HOURS / 24 * ceil(whole / PAGE)
