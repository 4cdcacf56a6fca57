"""From lines to the object of the lake that keeps them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from isal import isal_zlib

from clickstream.lake import batch_key, event_key

_LEVEL: Final = 1
"""Measured on 509-byte lines: ISA-L takes 0.2 µs a line and leaves a seventeenth; zlib, at its
level 1, takes 1.1 µs and leaves a fifteenth."""


def pack(lines: Sequence[bytes], instant: datetime, uuid: UUID) -> tuple[str, bytes]:
    """The key and the bytes: one event as JSON, several as gzipped NDJSON."""
    if len(lines) == 1:
        return event_key(instant, uuid), lines[0]
    return batch_key(instant, uuid), compress(lines)


def compress(lines: Sequence[bytes]) -> bytes:
    """Gzipped NDJSON; the same lines give the same bytes."""
    stream = isal_zlib.compressobj(_LEVEL, wbits=31)
    return stream.compress(b"\n".join(lines)) + stream.compress(b"\n") + stream.flush()
