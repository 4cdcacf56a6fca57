"""From lines to the object of the lake that keeps them."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from clickstream.lake import batch_key, event_key

_LEVEL: Final = 1
"""Measured on 744-byte lines: level 1 takes 1-2 µs a line and leaves a ninth; 6 takes 5 µs."""


def pack(lines: Sequence[bytes], instant: datetime, uuid: UUID) -> tuple[str, bytes]:
    """The key and the bytes: one event as JSON, several as gzipped NDJSON."""
    if len(lines) == 1:
        return event_key(instant, uuid), lines[0]
    return batch_key(instant, uuid), compress(lines)


def compress(lines: Sequence[bytes]) -> bytes:
    """Gzipped NDJSON; the same lines give the same bytes."""
    stream = zlib.compressobj(_LEVEL, wbits=31)
    return stream.compress(b"\n".join(lines)) + stream.compress(b"\n") + stream.flush()
