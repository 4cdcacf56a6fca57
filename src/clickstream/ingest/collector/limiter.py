"""How much each address may send: a token bucket for each, in memory that all workers share.

A bucket is one number, the instant at which it will be full again (the generic cell rate algorithm,
ITU-T I.371). The table has a fixed size. Where more addresses send at once than it holds, the
bucket that is nearest to full makes room, so that nobody is refused for what others sent, and who
sends most is forgotten last. Workers write without a lock: what two of them write in the same
instant may count once, never for another address.
"""

import ipaddress
import math
import mmap
import os
import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Final

_SETS: Final = 8192
_WAYS: Final = 8
_SIZE: Final = _SETS * _WAYS
TABLE_BYTES: Final = 16 * _SIZE
"""1 MiB for 65,536 addresses: an 8-byte key and an 8-byte instant each."""
_CACHED: Final = 4096


class RateLimiter:
    """The buckets of one collector, as one of its workers sees them."""

    def __init__(
        self,
        path: str,
        *,
        per_second: float,
        burst: float,
        secret: bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`secret` is the same for all workers; it keeps others from choosing who shares a row."""
        self._interval = 1 / per_second
        self._depth = burst / per_second
        self._clock = clock
        with open(path, "r+b") as file:  # noqa: PTH123 - only its memory is kept
            os.ftruncate(file.fileno(), TABLE_BYTES)
            self._memory = memoryview(mmap.mmap(file.fileno(), TABLE_BYTES))
        self._keys = self._memory[: 8 * _SIZE].cast("Q")
        self._full_at = self._memory[8 * _SIZE :].cast("d")
        self._key = lru_cache(maxsize=_CACHED)(lambda address: address_key(address, secret))

    def take(self, address: str) -> float:
        """Seconds until this address may send again; 0 where it may now, and one event counts."""
        now, place = self._clock(), self._place(address)
        full_at = max(self._full_at[place], now) + self._interval
        excess = full_at - now - self._depth
        if excess > 0:
            return excess
        self._full_at[place] = full_at
        return 0

    def charge(self, address: str, events: int) -> None:
        """Counts what a request that was let in has brought beside its first event."""
        place = self._place(address)
        full_at = max(self._full_at[place], self._clock())
        self._full_at[place] = full_at + events * self._interval

    def _place(self, address: str) -> int:
        """Where the bucket of an address lies; it may be another's that was nearest to full."""
        key = self._key(address)
        first = key % _SETS * _WAYS
        row = self._keys[first : first + _WAYS].tolist()
        if key in row:
            return first + row.index(key)
        instants = self._full_at[first : first + _WAYS].tolist()
        place = first + instants.index(min(instants))
        self._keys[place], self._full_at[place] = key, 0.0
        return place


def address_key(address: str, secret: bytes) -> int:
    """What stands for an address, never 0; all of an IPv6 /64 is one, as one household has it."""
    try:
        parsed = ipaddress.ip_address(address)
        if parsed.version == 6:
            address = str(ipaddress.ip_network((parsed, 64), strict=False))
    except ValueError:
        pass
    digest = blake2b(address.encode(errors="replace"), digest_size=8, key=secret).digest()
    return int.from_bytes(digest, "big") or 1


def whole_seconds(seconds: float) -> int:
    """For `Retry-After`, which knows no fractions."""
    return max(1, math.ceil(seconds))
