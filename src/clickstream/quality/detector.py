"""Whether a reading stands out, from those before it alone: one setting for every series.

What is judged is how rare it is (`novelty.rarity`) that the last one to four readings are so far
from anything before, and that the last readings lie so far outside the range of the same time on
earlier days. Their mean, of -log10 of a probability, makes the score.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from clickstream.quality.forecast import forecast
from clickstream.quality.novelty import Values, nearest_distances, rarity
from clickstream.quality.season import Season

LENGTHS: Final = (1, 2, 3, 4)
"""Readings that are compared with earlier ones, as points and as short shapes."""
SPANS: Final = (4, 12, 24)
"""Readings over which what lies outside the range of its time of day is averaged."""
SEASON_WARM_UP: Final = 100
"""Readings that have a season, before any can be called rare for its time of day."""
TRUSTED: Final = 200
"""Readings after which rarity counts in full; before, what is rare is not well known."""
LARGEST: Final = 1e100
"""Readings beyond are scaled, since sums of their squares have to be numbers."""
ALARM: Final = 0.5
"""A score from which on a reading is an anomaly."""
ALARM_RARITY: Final = 1.7
"""The mean rarity, one in fifty, at which the score is `ALARM`."""
ECHO: Final = 0.2
"""What remains of a score while a greater one is not yet over."""
QUIET_DAYS: Final = 0.5
QUIET: Final = (24, 144)
"""One incident is one alarm: for half a day, but for so many readings at least and at most."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each reading what was expected, between which bounds, and how much it stands out.

    `score` runs from 0 to 1, `ALARM` and above is an anomaly; `surprise` is the same before the
    readings after an alarm are quietened.
    """

    expected: Values
    lower: Values
    upper: Values
    surprise: Values
    score: Values


def detect(seconds: Values, values: Values) -> Verdicts:
    """The verdict on each reading, which never depends on later ones.

    `seconds` is the time of each on the clock by which people live (so that days are theirs);
    `values` may lack some (not a number): these score 0, and nothing is learned from them.
    """
    known = np.isfinite(values)
    verdicts = _judge(seconds[known], values[known])
    if known.all():
        return verdicts
    latest = np.cumsum(known) - 1
    return Verdicts(
        *(_carried(part, latest) for part in (verdicts.expected, verdicts.lower, verdicts.upper)),
        *(_spread(part, known) for part in (verdicts.surprise, verdicts.score)),
    )


def _judge(seconds: Values, values: Values) -> Verdicts:
    size = float(np.abs(values).max(initial=0.0))
    if size > LARGEST:
        # What has no square in a double is judged as a part of the greatest, and told in full.
        exponent = int(np.frexp(size)[1])
        part = _judge(seconds, np.ldexp(values, -exponent))
        expected, lower, upper = (
            _in_full(one, exponent) for one in (part.expected, part.lower, part.upper)
        )
        return Verdicts(expected, lower, upper, part.surprise, part.score)
    season = Season(seconds, values)
    told = forecast(values, season)
    surprise = as_score(_rarity(values, season))
    quiet = int(np.clip(season.per_day * QUIET_DAYS, *QUIET))
    return Verdicts(told.expected, told.lower, told.upper, surprise, quieten(surprise, quiet))


def _in_full(part: Values, exponent: int) -> Values:
    most = float(np.finfo(float).max)
    with np.errstate(over="ignore"):
        whole: Values = np.clip(np.ldexp(part, exponent), -most, most)
    return whole


def _rarity(values: Values, season: Season) -> Values:
    shapes = [
        rarity(nearest_distances(values, length)) for length in LENGTHS if len(values) >= length
    ]
    # Before the second cycle nothing is outside: those readings tell nothing of what is rare.
    begun = int(np.argmax(np.isfinite(season.lowest))) if len(values) else 0
    outside = season.outside(values)[begun:]
    spans = [rarity(np.abs(_moving_mean(outside, span)), warm_up=SEASON_WARM_UP) for span in SPANS]
    usual = np.zeros(begun)
    shapes.append(np.concatenate([usual, np.mean(spans, axis=0)]))
    mean: Values = np.sum(shapes, axis=0) / (len(LENGTHS) + 1)
    return mean * np.minimum(1.0, np.arange(len(values)) / TRUSTED)


def as_score(mean_rarity: Values) -> Values:
    """The mean rarity on a scale from 0 to 1, without an end that several would share."""
    return mean_rarity / (mean_rarity + ALARM_RARITY * (1 - ALARM) / ALARM)


def quieten(surprise: Values, quiet: int) -> Values:
    """The scores with those lowered that follow within `quiet` readings on one as great."""
    score = np.empty(len(surprise))
    for place, value in enumerate(surprise.tolist()):
        recent = surprise[max(0, place - quiet) : place]
        score[place] = value if not len(recent) or value > recent.max() else value * ECHO
    return score


def _moving_mean(values: Values, span: int) -> Values:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - span)
    mean: Values = (sums[ends] - sums[starts]) / (ends - starts)
    return mean


def _carried(part: Values, latest: np.typing.NDArray[np.int64]) -> Values:
    """The value of the latest reading that was there, not a number before the first."""
    return np.where(latest >= 0, part[np.maximum(latest, 0)] if len(part) else np.nan, np.nan)


def _spread(part: Values, known: np.typing.NDArray[np.bool_]) -> Values:
    whole = np.zeros(len(known))
    whole[known] = part
    return whole
