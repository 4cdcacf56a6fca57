"""Chance, by the same rules on every machine.

Only `random()` and `getrandbits()` of the Mersenne Twister are used, with sums, products and
quotients, which IEEE 754 defines to the last bit; logarithms and the like differ between C
libraries, so skewed quantities come from tables of quantiles.
"""

import hashlib
from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values, each with its share of the draws."""

    def __init__(self, shares: Iterable[tuple[T, float]]) -> None:
        pairs = list(shares)
        self.values = [value for value, _ in pairs]
        self.bounds = list(accumulate(weight for _, weight in pairs))
        self.total = self.bounds[-1]


class Dice(Random):
    """One stream of chance: of a visitor's nature, or of one visit."""

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def whole(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int((high - low + 1) * self.random())

    def pick(self, values: Sequence[T]) -> T:
        return values[int(self.random() * len(values))]

    def draw(self, weighted: Weighted[T]) -> T:
        return weighted.values[bisect(weighted.bounds, self.random() * weighted.total)]

    def quantile(self, table: Sequence[float]) -> float:
        """A quantity whose quantiles, evenly spaced from the least to the most, are `table`."""
        place = self.random() * (len(table) - 1)
        low = int(place)
        return table[low] + (place - low) * (table[low + 1] - table[low])

    def uuid(self) -> str:
        """A version 4 UUID."""
        text = f"{self.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def root(*parts: object) -> int:
    """A number of 64 bits that stands for `parts`, the same in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
