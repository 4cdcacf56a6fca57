"""How unlike anything seen before the latest readings are, and how rare such a distance is.

The distance of the last few readings to the nearest ones before them is the non-conformity measure
of Burnaev and Ishimtsev (2016, "Conformalized density- and distance-based anomaly detection in
time-series data"); how rare it is, is told by exceedances over a high quantile (Siffer et al. 2017,
"Anomaly detection in streams with extreme value theory"), their excess taken as exponential.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

BLOCK: Final = 256
"""Readings for which one tree of all earlier ones is made."""
FEW: Final = 4096
"""Earlier readings that are compared one by one: no tree is needed, nor scipy, which the ETL's
function on AWS does not carry; what is watched in a shop is never longer."""
TAIL: Final = 0.02
"""The share of earlier readings that are the tail."""
LEAST_TAIL: Final = 10
"""The readings that make a tail at the least."""
WARM_UP: Final = 30
"""Readings before any can be called rare."""
RAREST: Final = 50.0
"""Rarer than 1 in 10^50 is no rarer."""


def nearest_distances(values: Values, length: int) -> Values:
    """For each reading the distance of the last `length` ones to the nearest before them.

    Root mean square over the window; windows do not overlap. 0 where nothing came before.
    """
    windows = np.lib.stride_tricks.sliding_window_view(values, length)
    distances = np.zeros(len(values))
    for first in range(0, len(windows), BLOCK):
        block = windows[first : first + BLOCK]
        nearest = np.minimum(
            _to_earlier(windows, block, first - length + 1),
            _within(windows, first, len(block), length),
        )
        ends = slice(first + length - 1, first + length - 1 + len(block))
        distances[ends] = np.where(np.isfinite(nearest), nearest, 0.0)
    return distances / math.sqrt(length)


def _to_earlier(windows: Values, block: Values, count: int) -> Values:
    """The distances to the nearest of the first `count` windows."""
    if count <= 0:
        return np.full(len(block), np.inf)
    if count <= FEW:
        nearest: Values = np.sqrt(_squares(block, windows[:count]).min(axis=1))
        return nearest
    from scipy.spatial import cKDTree  # noqa: PLC0415 - a fifth of a second, for a few commands

    tree = cKDTree(windows[:count], balanced_tree=False, compact_nodes=False)
    distances: Values = tree.query(block)[0]
    return distances


def _within(windows: Values, first: int, count: int, length: int) -> Values:
    """The distances to the nearest window that no tree holds yet."""
    start = max(0, first - length + 1)
    squares = _squares(windows[first : first + count], windows[start : first + count])
    later = np.arange(start, first + count)[None, :]
    here = np.arange(first, first + count)[:, None]
    squares[later > here - length] = np.inf
    nearest: Values = np.sqrt(squares.min(axis=1))
    return nearest


def _squares(some: Values, others: Values) -> Values:
    """The squared distance of each of some windows to each of others."""
    squares = np.zeros((len(some), len(others)))
    for place in range(some.shape[1]):
        squares += (some[:, None, place] - others[None, :, place]) ** 2
    return squares


def rarity(measure: Values, *, warm_up: int = WARM_UP) -> Values:
    """How rare each value is among all before it: -log10 of its probability; 0 where it is usual.

    The tail is fitted anew as readings double by fiftieths, always from earlier ones alone.
    """
    rare = np.zeros(len(measure))
    first = warm_up
    while first < len(measure):
        last = min(len(measure), first + max(1, first // 50))
        rare[first:last] = _in_tail(measure[first:last], measure[:first])
        first = last
    return rare


def _in_tail(measure: Values, earlier: Values) -> Values:
    share = max(TAIL, min(0.5, LEAST_TAIL / len(earlier)))
    edge = float(np.quantile(earlier, 1 - share))
    excess = earlier[earlier > edge] - edge
    scale = float(excess.mean()) if len(excess) else 0.0
    scale = max(scale, 1e-9 * max(1.0, abs(edge)))
    beyond = (measure - edge) / (scale * math.log(10))
    return np.where(measure > edge, np.minimum(RAREST, beyond - math.log10(share)), 0.0)
