"""Lines on their way into the lake, gathered by the hour in which they happened."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from clickstream.ingest.objects import compress
from clickstream.lake import Lake, batch_key, hour_prefix

_OBJECT_BYTES: Final = 4 * 1024 * 1024
_BUFFERED_BYTES: Final = 48 * 1024 * 1024
"""Over all hours; beyond, the fullest hour is written, so unsorted files need no more memory."""


class _Hour:
    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.lines: list[bytes] = []
        self.size = 0
        self.name = hashlib.blake2b(digest_size=16)


class HourBuffers:
    """Writes batches of one UTC hour each. The same lines in the same order give the same keys."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._hours: dict[str, _Hour] = {}
        self._size = 0
        self.written = 0
        self.present = 0

    def add(self, instant: datetime, line: bytes, name: bytes) -> None:
        """Takes a line. `name` is the part of it that is the same at every import."""
        prefix = hour_prefix(instant)
        hour = self._hours.get(prefix)
        if hour is None:
            hour = self._hours[prefix] = _Hour(instant)
        hour.lines.append(line)
        hour.name.update(name + b"\n")
        hour.size += len(line)
        self._size += len(line)
        if hour.size >= _OBJECT_BYTES:
            self._write(prefix)
        elif self._size >= _BUFFERED_BYTES:
            self._write(max(self._hours, key=lambda key: self._hours[key].size))

    def flush(self) -> None:
        """Writes what is left."""
        for prefix in list(self._hours):
            self._write(prefix)

    def _write(self, prefix: str) -> None:
        hour = self._hours.pop(prefix)
        self._size -= hour.size
        key = batch_key(hour.instant, UUID(bytes=hour.name.digest(), version=5))
        if self._lake.create(key, compress(hour.lines)):
            self.written += 1
        else:
            self.present += 1
