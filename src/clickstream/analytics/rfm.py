"""RFM: the usual names of segments, by how recently and how often somebody ordered."""

from collections.abc import Mapping, Sequence
from typing import Final

# By recency (rows, from 1) and frequency (columns, from 1): the map in general use.
_HIBERNATING, _RISK, _LOSE = "Hibernating", "At risk", "Cannot lose them"
_SLEEP, _ATTENTION, _LOYAL = "About to sleep", "Need attention", "Loyal customers"
_PROMISING, _POTENTIAL, _NEW, _CHAMPIONS = (
    "Promising", "Potential loyalists", "New customers", "Champions",
)  # fmt: skip
_MAP: Final[Mapping[int, Sequence[str]]] = {
    1: (_HIBERNATING, _HIBERNATING, _RISK, _RISK, _LOSE),
    2: (_HIBERNATING, _HIBERNATING, _RISK, _RISK, _LOSE),
    3: (_SLEEP, _SLEEP, _ATTENTION, _LOYAL, _LOYAL),
    4: (_PROMISING, _POTENTIAL, _POTENTIAL, _LOYAL, _LOYAL),
    5: (_NEW, _POTENTIAL, _POTENTIAL, _CHAMPIONS, _CHAMPIONS),
}
RFM_SEGMENTS: Final = (
    _CHAMPIONS, _LOYAL, _POTENTIAL, _NEW, _PROMISING, _ATTENTION, _SLEEP, _RISK, _LOSE,
    _HIBERNATING,
)  # fmt: skip
"""The segments, the best first."""


def rfm_segment(recency: int, frequency: int) -> str:
    """The usual name for a pair of scores from 1 to 5."""
    return _MAP[recency][frequency - 1]


def scores_of(segment: str) -> tuple[tuple[int, int], ...]:
    """The pairs of scores, recency and frequency, that a segment is the name of."""
    return tuple(
        (recency, frequency)
        for recency, names in _MAP.items()
        for frequency, name in enumerate(names, 1)
        if name == segment
    )
