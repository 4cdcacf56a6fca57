"""What a run counts."""

from collections import Counter
from collections.abc import Iterable

from clickstream.contract import Reason
from clickstream.etl.rows import Rejection
from clickstream.warehouse.load import Counts


class Tally:
    """Counts of a slice or of a whole run; a line is an event, duplicate, rejection, or too old."""

    def __init__(self) -> None:
        self.slices = self.objects = self.bytes = self.lines = 0
        self.events = self.duplicates = self.replaced = self.expired = 0
        self.rejections: Counter[Reason] = Counter()
        self.coerced: Counter[str] = Counter()
        """Events taken with a field of the contract in another type, by field."""

    def count_object(self, size: int, lines: int) -> None:
        """One object of `size` bytes as stored, with `lines` lines."""
        self.objects += 1
        self.bytes += size
        self.lines += lines

    def count_rejections(self, rejections: Iterable[Rejection]) -> None:
        self.rejections.update(one.reason for one in rejections)

    def count_load(self, counts: Counts) -> None:
        """A slice's load: events that stand now, and those left out for another of the same id."""
        self.slices += 1
        self.events += counts.loaded - counts.replaced
        self.duplicates += counts.duplicates + counts.replaced
        self.replaced += counts.replaced

    def add(self, part: "Tally") -> None:
        """Another slice's counts."""
        for name in ("slices", "objects", "bytes", "lines", "events", "duplicates", "replaced",
                     "expired"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(part, name))
        self.rejections.update(part.rejections)
        self.coerced.update(part.coerced)

    @property
    def rejected(self) -> int:
        return self.rejections.total()

    def facts(self) -> dict[str, object]:
        """The counts as plain values, for a log line."""
        return {
            "slices": self.slices,
            "objects": self.objects,
            "bytes": self.bytes,
            "lines": self.lines,
            "events": self.events,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "expired": self.expired,
            "rejections": {reason.value: count for reason, count in self.rejections.items()},
            "coerced": dict(self.coerced),
        }
