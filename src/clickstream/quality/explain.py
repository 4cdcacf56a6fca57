"""Which value of which dimension brings most of an anomaly.

A value's share of the whole deviation is weighed against its share of the whole, as in Bhagwan et
al. 2014 ("Adtributor: revenue debugging in advertising systems"): a value that brings no more than
its size explains nothing, for then all went down together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clickstream.quality.watched import Part

SURPRISING: Final = 0.15
"""By how much a value's share of the deviation has to exceed its share of the whole."""
LEAST_SHARE: Final = 0.3
"""The share of the deviation that a value has to bring, to be called its explanation."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A dimension's value and its share of the deviation (above 1 where others moved against)."""

    dimension: str
    value: str
    share: float


def explain(parts: Sequence[Part]) -> Explanation | None:
    """The value that brings most beyond its size; None where the change is across the board."""
    best, most = None, SURPRISING
    for dimension in dict.fromkeys(part.dimension for part in parts):
        own = [part for part in parts if part.dimension == dimension]
        expected = sum(part.expected for part in own)
        change = sum(part.observed for part in own) - expected
        if not change:
            continue
        for part in own:
            share = (part.observed - part.expected) / change
            surprise = min(share, 1.0) - (part.expected / expected if expected > 0 else 0.0)
            if share >= LEAST_SHARE and surprise > most:
                best, most = Explanation(dimension, part.value, share), surprise
    return best
