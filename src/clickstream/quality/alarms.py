"""Whether a period that stands out is worth an alarm: not where little happened, nor by chance."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from clickstream.quality.detector import Verdicts, quieten
from clickstream.quality.deviation import LEAST, Chance, distance, things
from clickstream.quality.novelty import Values
from clickstream.quality.watched import Grain, Observation

ALARM: Final = 0.55
"""The score from which on a period is an anomaly; above the detector's own, since there are many
series and somebody is called for each."""
IMPROBABLE: Final = 6.0
"""One in a million by chance has the score `ALARM`."""
DEVIATIONS: Final = 4.0
"""Standard deviations of pure chance without which no shape of a series is an anomaly."""
QUIET: Final = {"hour": 24, "day": 3}
"""Periods for which an incident is one alarm, unless it grows."""


def scores(
    ordered: Sequence[Observation],
    verdicts: Verdicts,
    chance: Chance,
    *,
    usual_weights: Sequence[float],
    grain: Grain,
) -> Values:
    """How much each period stands out, from 0 to 1: by what it would be by chance, or by shape."""
    rare = chance.improbability
    by_chance = rare / (rare + IMPROBABLE * (1 - ALARM) / ALARM)
    by_shape = np.array(
        [
            score if _may_stand_out(one, float(expected), usual) else 0.0
            for one, score, expected, usual in zip(
                ordered, verdicts.surprise, verdicts.expected, usual_weights, strict=True
            )
        ]
    )
    return quieten(np.maximum(by_chance, by_shape), QUIET[grain])


def _may_stand_out(one: Observation, expected: float, usual: float) -> bool:
    """Whether a period by itself is of enough things, and far from what was expected."""
    is_far = abs(distance(one, expected=expected, usual=usual)) >= DEVIATIONS
    return is_far and things(one, expected=expected, usual=usual) >= LEAST[one.kind]


def is_alarming(one: Observation, *, band: tuple[float, float], score: float) -> bool:
    """Whether a period is an anomaly: a high score, and not within its band, in which nothing at
    all never is."""
    return one.observed is not None and score >= ALARM and not band[0] < one.observed < band[1]
