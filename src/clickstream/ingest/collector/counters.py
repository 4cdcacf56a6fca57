"""What the collector counts, summed over its workers.

Each worker counts in a slot of one shared file, mapped into its memory, and any of them can add
the slots up. A slot is held by a file lock, so the worker that replaces a dead one takes over its
slot with its counts, and no sum ever falls. `exposition.py` tells the sums to Prometheus.
"""

import fcntl
import mmap
import os
import struct
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final

from clickstream.contract import Reason
from clickstream.errors import ClickstreamError

STATUSES: Final = (200, 204, 304, 400, 401, 403, 404, 405, 408, 413, 415, 429, 431, 503)
REASONS: Final = (
    *(str(reason) for reason in Reason),
    "empty", "broken_gzip", "content_type", "content_encoding", "not_found",
    "method_not_allowed", "origin", "write_key", "rate_limit", "slow_body", "unavailable",
    "loopback_only", "invalid_http", "large_head",
)  # fmt: skip
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the classes of a commit's duration; the last class has none."""
SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper bounds of the classes of a group's number of events."""
_PLAIN: Final = (
    "events", "event_bytes", "objects", "object_bytes", "failed_commits", "in_flight",
    "microseconds",
)  # fmt: skip
_NAMES: Final = (
    *_PLAIN,
    *(f"status {status}" for status in STATUSES),
    *(f"reason {name}" for name in REASONS),
    *(f"seconds {index}" for index in range(len(SECONDS) + 1)),
    *(f"size {index}" for index in range(len(SIZES) + 1)),
)
_INDEX: Final = {name: index for index, name in enumerate(_NAMES)}
_STATUS_INDEX: Final = {status: _INDEX[f"status {status}"] for status in STATUSES}
_FIRST_SECONDS: Final = _INDEX["seconds 0"]
_FIRST_SIZE: Final = _INDEX["size 0"]
_SLOT: Final = 8 * len(_NAMES)


class Counters:
    """One worker's slot, and the sum of all."""

    def __init__(self, path: str, *, slots: int) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._slots = slots
        os.ftruncate(self._file, slots * _SLOT)
        self._memory = mmap.mmap(self._file, slots * _SLOT)
        self._slot = _claim_slot(self._file, slots) * _SLOT
        self._values = memoryview(self._memory)[self._slot : self._slot + _SLOT].cast("q")
        self.tell_in_flight(0)

    def count_request(self, status: int, reasons: Iterable[str] = ()) -> None:
        """One answer, and why events or all of it were not taken."""
        self._values[_STATUS_INDEX[status]] += 1
        for reason in reasons:
            self._values[_INDEX[f"reason {reason}"]] += 1

    def count_commit(self, events: int, size: int, *, object_size: int, seconds: float) -> None:
        """A group of events that is durable, `size` being its lines' bytes before compression."""
        values = self._values
        values[0] += events
        values[1] += size
        values[2] += 1
        values[3] += object_size
        values[6] += round(seconds * 1_000_000)
        values[_FIRST_SECONDS + bisect_left(SECONDS, seconds)] += 1
        values[_FIRST_SIZE + bisect_left(SIZES, events)] += 1

    def count_failed_commit(self) -> None:
        self._values[4] += 1

    def tell_in_flight(self, requests: int) -> None:
        """How many requests this worker has begun to read and not answered yet."""
        self._values[5] = requests

    def totals(self) -> Counter[str]:
        """The sums over all workers, by name."""
        totals: Counter[str] = Counter()
        for slot in range(self._slots):
            values = struct.unpack_from(f"{len(_NAMES)}q", self._memory, slot * _SLOT)
            totals.update(dict(zip(_NAMES, values, strict=True)))
        return totals


def _claim_slot(file: int, slots: int) -> int:
    for slot in range(slots):
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            continue
        return slot
    raise ClickstreamError(f"all {slots} slots of the counters are taken: too many workers")
