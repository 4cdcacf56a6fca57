"""How improbable it is by chance that a shop's numbers are so far from what was expected.

Each period's distance is counted in standard deviations of pure chance (Poisson, binomial, or of a
sum or mean over sessions or orders); one, three and six periods are added up, so that a small loss
that goes on is found too. Where a series varies more than chance would have it, its own variation
counts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from clickstream.quality.novelty import RAREST, Values
from clickstream.quality.watched import Observation

SPANS: Final = (1, 3, 6)
WARM_UP: Final = 14
"""Periods before any distance is judged."""
RECENT: Final = 500
"""Periods whose distances tell how much a series varies."""
ROBUST: Final = 1.4826
"""The standard deviation of normal values is so many times their median distance."""
ORDINARY: Final = 2.58
"""Standard deviations within which 99 of 100 normal values lie."""
SPREAD: Final = 1.0
"""The coefficient of variation of orders' values, and of the events of sessions."""


@dataclass(frozen=True, slots=True)
class Chance:
    """For each period how improbable its distance is, and the bounds of ordinary distances."""

    improbability: Values
    lower: Values
    upper: Values


def weigh(
    ordered: Sequence[Observation], expected: Values, usual_weights: Sequence[float]
) -> Chance:
    """What chance, and the series' own variation, say of each period; -log10 of probabilities.

    The band holds 99 of 100 ordinary periods; what is counted or added up is never below zero.
    """
    deviations = np.array(
        [
            deviation(one, expected=float(told), usual=usual)
            for one, told, usual in zip(ordered, expected, usual_weights, strict=True)
        ]
    )
    observed = np.array([np.nan if one.observed is None else one.observed for one in ordered])
    distances = np.nan_to_num((observed - expected) / deviations)
    most: Values = np.max([_added_up(distances, span) for span in SPANS], axis=0)
    width = ORDINARY * deviations * usual_sizes(np.abs(distances))
    return Chance(most, np.fmax(0.0, expected - width), expected + width)


def deviation(one: Observation, *, expected: float, usual: float) -> float:
    """The standard deviation of a period by chance alone; `usual` is its weight as it mostly is."""
    if one.kind == "count":
        return math.sqrt(max(1.0, expected))
    weight = max(1.0, one.weight if one.kind == "rate" else min(one.weight or usual, usual))
    if one.kind == "rate":
        share = min(1 - 0.5 / weight, max(0.5 / weight, expected))
        return math.sqrt(share * (1 - share) / weight)
    if one.kind == "sum":
        return max(1e-9, abs(expected)) * math.sqrt((1 + SPREAD**2) / max(1.0, usual))
    return max(1e-9, abs(expected)) * SPREAD / math.sqrt(weight)


def _added_up(distances: Values, span: int) -> Values:
    sums = np.convolve(distances, np.ones(span))[: len(distances)] / math.sqrt(span)
    sizes = np.abs(sums)
    rare = np.array([_tail(size) for size in (sizes / usual_sizes(sizes)).tolist()])
    rare[:WARM_UP] = 0.0
    return rare


def usual_sizes(sizes: Values) -> Values:
    """For each period the size that distances before it had, 1 where chance explains them."""
    usual = np.ones(len(sizes))
    first = WARM_UP
    while first < len(sizes):
        last = min(len(sizes), first + max(1, first // 50))
        median = float(np.median(sizes[max(0, first - RECENT) : first]))
        usual[first:last] = max(1.0, ROBUST * median)
        first = last
    return usual


def _tail(distance: float) -> float:
    """-log10 of the probability that a normal value is as far from its mean."""
    probability = math.erfc(distance / math.sqrt(2))
    return min(RAREST, -math.log10(probability)) if probability > 0 else RAREST
