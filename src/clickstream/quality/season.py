"""What a series did at the same time of day (of the week, for daily ones) the times before."""

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from clickstream.quality.novelty import Values

Rows = npt.NDArray[np.int64]
Cycle = tuple[int, Values, Values]
"""Its number, and the lowest and the highest reading of each of its places."""
DAY: Final = 86_400
WEEK: Final = 7 * DAY
CYCLES: Final = 7
"""Days (or weeks) that are remembered: with days, each one's own day of the week is among them."""
SLOTS: Final = 288
"""Times of day that are told apart at most: five minutes each."""
FINE: Final = 96
"""From so many times a day on, the one before and the one after count as the same."""
INTERVALS: Final = 50
"""The first readings, whose distances tell how often there are any."""


class Season:
    """The readings of one series by their place in the cycle.

    `lowest`, `highest`, `middle`: the range and the median of the same place in the last cycles
    that had readings, not a number where there were fewer than two; `last_week`: the reading at
    the same place a week before, for series that have several a day.
    """

    def __init__(self, seconds: Values, values: Values) -> None:
        interval = (
            max(1.0, float(np.median(np.diff(seconds[: INTERVALS + 1]))))
            if (len(seconds) > 1)
            else DAY
        )
        self.per_day = DAY / interval
        self.cycle = DAY if self.per_day >= 3 else WEEK
        self.slots = int(np.clip(round(self.cycle / interval), 1, SLOTS))
        self.slot = np.floor((seconds % self.cycle) / self.cycle * self.slots + 1e-9).astype(int)
        self.number = np.floor(seconds / self.cycle).astype(int)
        self.lowest, self.highest, self.middle, self.last_week = (
            np.full(len(values), np.nan) for _ in range(4)
        )
        self._fill(values)

    def _fill(self, values: Values) -> None:
        earlier: deque[Cycle] = deque(maxlen=CYCLES)
        bounds = np.flatnonzero(np.diff(self.number)) + 1
        for rows in np.split(np.arange(len(values)), bounds):
            if len(earlier) >= 2:
                self._look_back(rows, earlier)
            if len(rows):
                earlier.append((int(self.number[rows[0]]), *self._extremes(rows, values)))

    def _look_back(
        self, rows: np.typing.NDArray[np.int64], earlier: deque[tuple[int, Values, Values]]
    ) -> None:
        lows = np.fmin.reduce([low for _, low, _ in earlier])
        highs = np.fmax.reduce([high for _, _, high in earlier])
        middles = _median([(low + high) / 2 for _, low, high in earlier])
        if self.slots >= FINE:
            lows = np.fmin.reduce([lows, np.roll(lows, 1), np.roll(lows, -1)])
            highs = np.fmax.reduce([highs, np.roll(highs, 1), np.roll(highs, -1)])
        slots = self.slot[rows]
        self.lowest[rows], self.highest[rows] = lows[slots], highs[slots]
        self.middle[rows] = middles[slots]
        for number, low, high in earlier:
            if self.cycle == DAY and number == self.number[rows[0]] - 7:
                self.last_week[rows] = ((low + high) / 2)[slots]

    def _extremes(self, rows: Rows, values: Values) -> tuple[Values, Values]:
        low, high = np.full(self.slots, np.nan), np.full(self.slots, np.nan)
        np.fmin.at(low, self.slot[rows], values[rows])
        np.fmax.at(high, self.slot[rows], values[rows])
        return low, high

    def outside(self, values: Values) -> Values:
        """How far each reading lies above (or, negative, below) the range of its place."""
        above = np.fmax(0.0, values - self.highest)
        below = np.fmax(0.0, self.lowest - values)
        distance: Values = np.nan_to_num(above - below)
        return distance


def _median(parts: list[Values]) -> Values:
    """The median of each place, of those that have a reading there."""
    stacked = np.sort(np.vstack(parts), axis=0)
    known = np.isfinite(stacked).sum(axis=0)
    places = np.arange(stacked.shape[1])
    low = stacked[np.maximum(0, (known - 1) // 2), places]
    high = stacked[np.minimum(stacked.shape[0] - 1, known // 2), places]
    middle: Values = (low + high) / 2
    return middle
