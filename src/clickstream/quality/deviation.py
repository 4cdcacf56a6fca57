"""How improbable it is by chance that a shop's numbers are so far from what was expected.

Each period's distance is counted in standard deviations of pure chance; one, three and six periods
are added up, so that a small loss that goes on is found too, and a small shop that stands still.
Where a series varies more than chance would have it, its own variation counts. For counts (Poisson)
and rates (binomial) the distance is the signed root of the deviance, whose tails are right for few
things too: none of twenty is 6 deviations below, and not the 4.5 of the normal distribution.
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
LEAST: Final = {"count": 20.0, "rate": 100.0, "sum": 20.0, "mean": 20.0}
"""Fewer things than that within one period say nothing."""
THIN: Final = 3.0
"""Of few things nothing is rarer than one in a thousand."""
LACKING: Final = {**LEAST, "count": 0.0}
"""The same for what lacks, of which the periods that are added up count together. Counts need no
such bound: that of a dozen none comes is no rarer than one in a hundred thousand."""
SKEW: Final = (ORDINARY**2 - 1) / 6
"""How much higher than around the mean the band of a Poisson count lies (Cornish and Fisher)."""


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
    judged = list(zip(ordered, expected.tolist(), usual_weights, strict=True))
    distances = np.array([distance(one, expected=told, usual=usual) for one, told, usual in judged])
    made_of = np.array([things(one, expected=told, usual=usual) for one, told, usual in judged])
    kind = ordered[0].kind
    spans = [_added_up(distances, made_of, span=span, kind=kind) for span in SPANS]
    deviations = np.array(
        [deviation(one, expected=told, usual=usual) for one, told, usual in judged]
    )
    width = ORDINARY * deviations * usual_sizes(np.abs(distances))
    middle = expected + (SKEW if kind == "count" else 0.0)
    return Chance(np.max(spans, axis=0), np.fmax(0.0, middle - width), middle + width)


def distance(one: Observation, *, expected: float, usual: float) -> float:
    """How far a period is from what was expected, in standard deviations of pure chance."""
    if one.observed is None or math.isnan(expected):
        return 0.0
    beyond = one.observed - expected
    if one.kind == "count":
        # Up to one thing more than expected is nothing, however little was expected.
        mean = max(expected, min(1.0, one.observed))
        half = _relative(one.observed, mean) - (one.observed - mean)
    elif one.kind == "rate":
        mean = _share(expected, one.weight)
        rest = _relative(1 - one.observed, 1 - mean)
        half = one.weight * (_relative(one.observed, mean) + rest)
    else:
        return beyond / deviation(one, expected=expected, usual=usual)
    return math.copysign(math.sqrt(2 * max(0.0, half)), beyond)


def _relative(observed: float, expected: float) -> float:
    return observed * math.log(observed / expected) if observed > 0 and expected > 0 else 0.0


def _share(expected: float, weight: float) -> float:
    """A share that half a case in so many could still have."""
    least = 0.5 / max(1.0, weight)
    return min(1 - least, max(least, expected))


def things(one: Observation, *, expected: float, usual: float) -> float:
    """Of how many things a period is made, or would usually be."""
    if one.kind == "count":
        return max(one.weight, 0.0 if math.isnan(expected) else expected)
    return max(one.weight, usual) if one.kind == "sum" else one.weight


def deviation(one: Observation, *, expected: float, usual: float) -> float:
    """The standard deviation of a period by chance alone; `usual` is its weight as it mostly is."""
    if one.kind == "count":
        return math.sqrt(max(1.0, expected))
    weight = max(1.0, one.weight if one.kind == "rate" else min(one.weight or usual, usual))
    if one.kind == "rate":
        share = _share(expected, weight)
        return math.sqrt(share * (1 - share) / weight)
    if one.kind == "sum":
        return max(1e-9, abs(expected)) * math.sqrt((1 + SPREAD**2) / max(1.0, usual))
    return max(1e-9, abs(expected)) * SPREAD / math.sqrt(weight)


def _added_up(distances: Values, things: Values, *, span: int, kind: str) -> Values:
    """How improbable the last `span` distances are together; at most `THIN` for few things.

    That the last periods lack what they should have had together is told of small numbers too; what
    is too much has to be of enough things within one period.
    """
    sums = _sums(distances, span) / math.sqrt(span)
    sizes = np.abs(sums)
    rare = np.array([_tail(size) for size in (sizes / usual_sizes(sizes)).tolist()])
    rare[:WARM_UP] = 0.0
    usual = np.minimum(rare, THIN)
    lacks = (sums < 0) & (_sums(things, span) >= LACKING[kind])
    return np.where(lacks | (things >= LEAST[kind]), rare, usual)


def _sums(values: Values, span: int) -> Values:
    return np.convolve(values, np.ones(span))[: len(values)]


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
