"""Whether a period that stands out is worth an alarm: not where little happened, nor by chance."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from clickstream.quality.detector import Verdicts, quieten
from clickstream.quality.deviation import Chance, deviation
from clickstream.quality.novelty import Values
from clickstream.quality.watched import Grain, Observation

ALARM: Final = 0.55
"""The score from which on a period is an anomaly; above the detector's own, since there are many
series and somebody is called for each."""
IMPROBABLE: Final = 6.0
"""One in a million by chance has the score `ALARM`."""
LEAST: Final = {"count": 20.0, "rate": 100.0, "sum": 20.0, "mean": 20.0}
"""Fewer things than that, seen or expected, say nothing."""
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
            score if _is_far(one, float(expected), usual) else 0.0
            for one, score, expected, usual in zip(
                ordered, verdicts.surprise, verdicts.expected, usual_weights, strict=True
            )
        ]
    )
    return quieten(np.maximum(by_chance, by_shape), QUIET[grain])


def _is_far(one: Observation, expected: float, usual_weight: float) -> bool:
    if one.observed is None:
        return False
    chance = deviation(one, expected=expected, usual=usual_weight)
    return abs(one.observed - expected) >= DEVIATIONS * chance


def is_alarming(
    one: Observation,
    *,
    expected: float,
    band: tuple[float, float],
    usual_weight: float,
    score: float,
) -> bool:
    """Whether a period is an anomaly: a high score, outside its band, and not of a few things."""
    if one.observed is None or score < ALARM or band[0] <= one.observed <= band[1]:
        return False
    weight = {"count": max(one.weight, expected), "sum": max(one.weight, usual_weight)}
    return weight.get(one.kind, one.weight) >= LEAST[one.kind]
