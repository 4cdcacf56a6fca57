"""What the collector counts, summed over its workers, for Prometheus.

Each worker counts in a slot of one shared file, mapped into its memory, and any of them can add
the slots up. A slot is held by a file lock, so the worker that replaces a dead one takes over its
slot with its counts, and no sum ever falls.
"""

import fcntl
import mmap
import os
import struct
from collections import Counter
from collections.abc import Iterable
from typing import Final

from clickstream.contract import Reason
from clickstream.errors import ClickstreamError

STATUSES: Final = (200, 204, 304, 400, 403, 404, 405, 408, 413, 415, 429, 503)
REASONS: Final = (
    *(str(reason) for reason in Reason),
    "empty", "broken_gzip", "content_type", "content_encoding", "not_found",
    "method_not_allowed", "origin", "slow_body", "unavailable",
)  # fmt: skip
_PLAIN: Final = ("events", "objects", "object_bytes", "failed_commits")
_NAMES: Final = (
    *_PLAIN, *(f"status {status}" for status in STATUSES), *(f"reason {name}" for name in REASONS)
)  # fmt: skip
_INDEX: Final = {name: index for index, name in enumerate(_NAMES)}
_STATUS_INDEX: Final = {status: _INDEX[f"status {status}"] for status in STATUSES}
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

    def count_request(self, status: int, reasons: Iterable[str] = ()) -> None:
        """One answer, and why events or all of it were not taken."""
        self._values[_STATUS_INDEX[status]] += 1
        for reason in reasons:
            self._values[_INDEX[f"reason {reason}"]] += 1

    def count_commit(self, events: int, size: int) -> None:
        self._values[0] += events
        self._values[1] += 1
        self._values[2] += size

    def count_failed_commit(self) -> None:
        self._values[3] += 1

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


def exposition(totals: Counter[str]) -> str:
    """The counters in Prometheus's text format
    (https://prometheus.io/docs/instrumenting/exposition_formats/).
    """
    lines = [
        *_metric("events_total", "Events kept: durable in the lake.", {"": totals["events"]}),
        *_metric("objects_total", "Objects written to the lake.", {"": totals["objects"]}),
        *_metric("object_bytes_total", "Bytes of those objects.", {"": totals["object_bytes"]}),
        *_metric(
            "failed_commits_total",
            "Objects that the lake did not take.",
            {"": totals["failed_commits"]},
        ),
        *_metric(
            "requests_total",
            "Answers by HTTP status.",
            {f'{{status="{status}"}}': totals[f"status {status}"] for status in STATUSES},
        ),
        *_metric(
            "rejected_total",
            "Events and requests not taken, by reason.",
            {f'{{reason="{reason}"}}': totals[f"reason {reason}"] for reason in REASONS},
        ),
    ]
    return "\n".join(lines) + "\n"


def _metric(name: str, explanation: str, values: dict[str, int]) -> Iterable[str]:
    name = f"clickstream_collector_{name}"
    yield f"# HELP {name} {explanation}"
    yield f"# TYPE {name} counter"
    for labels, value in values.items():
        yield f"{name}{labels} {value}"
