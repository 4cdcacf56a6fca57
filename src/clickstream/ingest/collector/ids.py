"""Ids by the handful: one call to the system for many."""

import itertools
import os
from collections.abc import Iterator
from typing import Final

_AT_ONCE: Final = 256


def random_ids() -> Iterator[str]:
    """Version 4 UUIDs (RFC 9562), as text, without end."""
    while True:
        digits = os.urandom(16 * _AT_ONCE).hex()
        for start in range(0, len(digits), 32):
            one = digits[start : start + 32]
            variant = "89ab"[int(one[16], 16) & 3]
            yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{variant}{one[17:20]}-{one[20:]}"


def request_ids() -> Iterator[str]:
    """Names of this worker's requests, which tell nothing of the ids that events are given."""
    worker = os.urandom(6).hex()
    return (f"{worker}-{number:x}" for number in itertools.count(1))
