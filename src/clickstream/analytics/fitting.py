"""Maximum likelihood: the parameters above 0 at which a likelihood is greatest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

Array = NDArray[np.float64]
Likelihood = Callable[[Array], tuple[float, Array]]
"""The log-likelihood by the logarithms of the parameters, and its gradient."""

BOUND: Final = 12.0
"""Of the logarithms: what lies beyond is not told apart by any data."""
FLAT: Final = 1e-4
"""The greatest slope, a customer, at what is taken for the maximum."""
LOOSE: Final = 5.0
"""The greatest standard error of a logarithm, in any direction, at what is taken for a maximum."""
STEP: Final = 0.01
STARTS: Final = (0.0, -1.0, 1.5)


@dataclass(frozen=True, slots=True)
class Fit:
    """The parameters, and whether the likelihood has its maximum there, not beyond all bounds."""

    parameters: Sequence[float]
    is_settled: bool


def maximize(likelihood: Likelihood, *, parameters: int, size: float) -> Fit:
    """The likeliest parameters; where the first search finds no maximum, the best of several.

    The data are best scaled to 1; ``size`` is how many customers they are of.
    """
    found = []
    for start in STARTS:
        result = _search(likelihood, np.full(parameters, start), size)
        logs = np.asarray(result.x, dtype=np.float64)
        is_inside = np.all(np.abs(logs) < BOUND - 2 * STEP) and np.all(np.abs(result.jac) < FLAT)
        is_settled = bool(is_inside and _is_peak(likelihood, logs))
        found.append((float(result.fun), logs, is_settled))
        if is_settled:
            break
    _, logs, is_settled = min(found, key=lambda one: (not one[2], one[0]))
    return Fit([float(value) for value in np.exp(logs)], is_settled)


def _is_peak(likelihood: Likelihood, logs: Array) -> bool:
    """Whether the likelihood falls off in every direction, and is no plateau or ridge."""
    steps = np.eye(len(logs)) * STEP
    slopes = np.array([likelihood(logs + one)[1] - likelihood(logs - one)[1] for one in steps])
    information = -(slopes + slopes.T) / (4 * STEP)
    return bool(np.linalg.eigvalsh(information)[0] > LOOSE**-2)


def _search(likelihood: Likelihood, start: Array, size: float) -> OptimizeResult:
    def cost(logs: Array) -> tuple[float, Array]:
        value, gradient = likelihood(logs)
        return -value / size, -gradient / size

    return minimize(
        cost,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000, "maxcor": 20},
    )
