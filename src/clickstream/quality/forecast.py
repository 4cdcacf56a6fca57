"""What each reading was expected to be, from those before it, and the band it was expected in."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from clickstream.quality.novelty import Values
from clickstream.quality.season import Season

LEVEL: Final = 0.3
"""The weight of the latest reading in the level."""
DRIFT: Final = 0.1
"""The weight of the latest difference from the season in its drift."""
OUTLYING: Final = 3.0
"""A change is taken for at most so many usual ones, which grow where large ones go on."""
USUAL: Final = 0.1
"""The weight of the latest change in the usual one."""
MEMORY: Final = 0.98
"""What remains of a forecast's error at the next reading, when forecasts are compared."""
TRIED: Final = 10
"""Readings that a forecast has to have been compared for."""
OUTSIDE: Final = 0.01
"""The share of ordinary readings that lie outside the band, half of it on each side."""
RECENT: Final = 2000
"""Readings whose errors make the band."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """For each reading what was expected, and the bounds of the band around it."""

    expected: Values
    lower: Values
    upper: Values


def forecast(values: Values, season: Season) -> Forecast:
    """Of several simple forecasts the one with the least recent error, and the band of its errors.

    In a series that was never negative errors are taken between square roots, since what is
    counted varies with its own height.
    """
    expected = _best(values, _candidates(values, season))
    lower, upper = expected.copy(), expected.copy()
    never_negative = np.minimum.accumulate(values) >= 0
    plain = values - expected
    rooted = _root(values) - _root(expected)
    first = 2
    while first < len(values):
        last = min(len(values), first + max(1, first // 50))
        rows, recent = slice(first, last), slice(max(1, first - RECENT), first)
        if never_negative[first - 1]:
            low, high = _band(rooted[recent])
            base = _root(expected[rows])
            lower[rows], upper[rows] = np.fmax(0, base + low) ** 2, np.fmax(0, base + high) ** 2
        else:
            low, high = _band(plain[recent])
            lower[rows], upper[rows] = expected[rows] + low, expected[rows] + high
        first = last
    return Forecast(expected, lower, upper)


def _candidates(values: Values, season: Season) -> Values:
    """One row a forecast, not a number where it cannot tell: level, season, both, a week before."""
    drift = _smooth(np.nan_to_num(values - season.middle), DRIFT)
    return np.vstack(
        [
            _before(_smooth(values, LEVEL)),
            season.middle,
            season.middle + _before(drift),
            season.last_week,
        ]
    )


def _best(values: Values, candidates: Values) -> Values:
    """For each reading the forecast whose discounted absolute error was least so far."""
    expected = np.empty(len(values))
    errors, weights = np.zeros(len(candidates)), np.zeros(len(candidates))
    tried = np.zeros(len(candidates), dtype=int)
    for place in range(len(values)):
        told = candidates[:, place]
        is_known = np.isfinite(told)
        usable = is_known & (tried >= TRIED)
        usable[0] = True
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(usable & (weights > 0), errors / weights, np.inf)
        expected[place] = told[int(np.argmin(mean))]
        errors = np.where(is_known, MEMORY * errors + np.abs(values[place] - told), errors)
        weights = np.where(is_known, MEMORY * weights + 1, weights)
        tried += is_known
    return expected


def _smooth(values: Values, weight: float) -> Values:
    """The exponentially weighted mean up to each reading, which a single outlier hardly moves."""
    smooth = np.empty(len(values))
    level = float(values[0]) if len(values) else 0.0
    usual = 0.0
    for place, value in enumerate(values.tolist()):
        change = value - level
        size = abs(change)
        limit = OUTLYING * usual if place > TRIED else size
        level += weight * max(-limit, min(limit, change))
        usual += USUAL * (min(size, 2 * limit) - usual)
        smooth[place] = level
    return smooth


def _before(values: Values) -> Values:
    return np.concatenate([values[:1], values[:-1]])


def _root(values: Values) -> Values:
    return np.sqrt(np.fmax(0.0, values))


def _band(errors: Values) -> tuple[float, float]:
    """The bounds between which all but a share of errors lie, never beyond those that were seen."""
    low, high = np.quantile(errors, [OUTSIDE / 2, 1 - OUTSIDE / 2])
    return min(0.0, float(low)), max(0.0, float(high))
