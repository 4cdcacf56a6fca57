"""Which value of which dimension brings most of an anomaly.

A value explains as much as it brings of the whole deviation, less what the others changed in
proportion: where all went down together, none explains anything. The idea of weighing what a value
brings against how surprising that is, is that of Bhagwan et al. 2014 ("Adtributor").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clickstream.quality.watched import Part

LEAST: Final = 0.25
"""What a value has to explain, from 0 to 1, to be named."""
LARGEST: Final = 0.95
"""A value with more than this share of the whole is the whole."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A dimension's value and its share of the deviation (above 1 where others moved against)."""

    dimension: str
    value: str
    share: float


def explain(parts: Sequence[Part]) -> Explanation | None:
    """The value that explains most; None where the change is across the board."""
    best, most = None, LEAST
    for dimension in dict.fromkeys(part.dimension for part in parts):
        own = [part for part in parts if part.dimension == dimension]
        expected = sum(part.expected for part in own)
        change = sum(part.observed for part in own) - expected
        for part in own:
            share = (part.observed - part.expected) / change if change else 0.0
            told = min(share, 1.0) * _apart(part, expected=expected, change=change)
            if told > most:
                best, most = Explanation(dimension, part.value, share), told
    return best


def _apart(part: Part, *, expected: float, change: float) -> float:
    """From 1, where the other values stayed as they were, to 0, where they changed likewise."""
    rest = expected - part.expected
    if part.expected > LARGEST * expected or rest <= 0:
        return 0.0
    own_change = part.observed - part.expected
    if own_change * change <= 0:
        return 0.0
    if part.expected <= 0:
        return 1.0
    rate = own_change / part.expected
    return max(0.0, 1.0 - max(0.0, (change - own_change) / rest / rate))
