"""The BG/NBD model: how often customers buy, and when they cease to.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: while alive, a customer buys
at a Poisson rate that is gamma distributed (``r``, ``alpha``) over customers; after each purchase
it ceases to be one with a probability that is beta distributed (``a``, ``b``). Times are in one
unit, from a customer's first purchase; the frequency counts the purchases after it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln, hyp2f1

from clickstream.analytics.fitting import Fit, maximize

Array = NDArray[np.float64]

NEAR: Final = 1e-6
"""How near to a pole of the formula, which has a limit there, is taken for the pole itself."""


TERMS: Final = 10_000
"""Of the series, at most."""


@dataclass(frozen=True, slots=True)
class Purchasing:
    """The parameters, and the log-likelihood of what they were fitted to."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    is_settled: bool = True
    """Whether the likelihood has its maximum there, and not beyond all bounds."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers by their purchases: equal ones together, with how many they are."""

    frequency: Array
    recency: Array
    age: Array
    customers: Array

    @staticmethod
    def of(frequency: Array, recency: Array, age: Array) -> "Histories":
        """The different histories among customers."""
        every = np.column_stack([frequency, recency, age])
        ordered = every[np.lexsort((age, recency, frequency))]
        is_first = np.concatenate([[True], np.any(np.diff(ordered, axis=0) != 0, axis=1)])
        places = np.flatnonzero(is_first)
        different = ordered[places]
        counts = np.diff(np.append(places, len(ordered))).astype(np.float64)
        return Histories(different[:, 0], different[:, 1], different[:, 2], counts)


def fit_purchasing(histories: Histories) -> Purchasing:
    """The parameters that make the histories likeliest. Somebody must have bought again."""
    scale = float(np.average(histories.age, weights=histories.customers)) or 1.0
    scaled = Histories(
        histories.frequency, histories.recency / scale, histories.age / scale, histories.customers
    )
    fit: Fit = maximize(
        lambda logs: _likelihood(logs, scaled), parameters=4, size=float(scaled.customers.sum())
    )
    r, alpha, a, b = fit.parameters
    alpha *= scale
    return Purchasing(
        r, alpha, a, b, log_likelihood(r, alpha, a, b, histories), is_settled=fit.is_settled
    )


def log_likelihood(r: float, alpha: float, a: float, b: float, histories: Histories) -> float:
    """The log-likelihood of the histories (equation 6 of the paper)."""
    logs = np.log([r, alpha, a, b])
    return _likelihood(logs, histories)[0]


def _likelihood(logs: Array, histories: Histories) -> tuple[float, Array]:
    """The log-likelihood by the logarithms of the parameters, and its gradient."""
    r, alpha, a, b = np.exp(logs)
    x, recency, age = histories.frequency, histories.recency, histories.age
    again = x > 0
    more = np.maximum(x - 1, 0)
    constant = (
        gammaln(r + x) - gammaln(r) + r * logs[1]
        + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    )  # fmt: skip
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(again, logs[2] - np.log(b + more) - (r + x) * np.log(alpha + recency), -np.inf)
    total = constant + np.logaddexp(alive, gone)
    left = np.where(again, expit(np.where(again, gone, 0.0) - alive), 0.0)
    by_r = (
        digamma(r + x) - digamma(r) + logs[1]
        - (1 - left) * np.log(alpha + age) - left * np.log(alpha + recency)
    )  # fmt: skip
    by_alpha = r / alpha - (1 - left) * (r + x) / (alpha + age) - left * (r + x) / (alpha + recency)
    by_a = digamma(a + b) - digamma(a + b + x) + left / a
    by_b = digamma(a + b) + digamma(b + x) - digamma(b) - digamma(a + b + x) - left / (b + more)
    gradient = np.array(
        [
            float(np.dot(histories.customers, part)) * value
            for part, value in zip((by_r, by_alpha, by_a, by_b), (r, alpha, a, b), strict=True)
        ]
    )
    return float(np.dot(histories.customers, total)), gradient


def probability_alive(model: Purchasing, frequency: Array, recency: Array, age: Array) -> Array:
    """How likely each customer is still one; 1 without a second purchase, as the model has it."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    odds = (
        np.log(a) - np.log(b + np.maximum(frequency - 1, 0))
        + (r + frequency) * (np.log(alpha + age) - np.log(alpha + recency))
    )  # fmt: skip
    alive: Array = np.where(frequency > 0, expit(-odds), 1.0)
    return alive


def expected_purchases(
    model: Purchasing, frequency: Array, recency: Array, age: Array, *, horizon: float
) -> Array:
    """How many purchases each customer makes within the horizon (equation 10 of the paper).

    The hypergeometric function by Euler's transformation, so that neither it nor the power before
    it leaves the doubles where somebody buys often.
    """
    r, alpha, b = model.r, model.alpha, model.b
    a = _off(model.a, 1.0)
    third = _off(a + b + frequency - 1, 0.0)
    rest = horizon / (alpha + age + horizon)
    alone = (1 - rest) ** (a - 1) * _gauss(a + b - 1 - r, a - 1, third, rest)
    return (
        third / (a - 1) * (1 - alone)
        * probability_alive(model, frequency, recency, age)
    )  # fmt: skip


def _gauss(first: Array, second: Array, third: Array, at: Array) -> Array:
    """The hypergeometric function; by its series where scipy has no value, as for a large third.

    There the terms fall off as the powers of its reciprocal.
    """
    found: Array = np.asarray(hyp2f1(first, second, third, at), dtype=np.float64)
    lost = ~np.isfinite(found)
    if lost.any():
        found[lost] = _series(first, second, third[lost], at[lost])
    return found


def _series(first: Array, second: Array, third: Array, at: Array) -> Array:
    total = term = np.ones_like(third)
    for number in range(TERMS):
        term = term * at * (first + number) * (second + number) / ((third + number) * (number + 1))
        total = total + term
        if np.all(np.abs(term) <= np.finfo(np.float64).eps * np.abs(total)):
            break
    return total


def _off(value: float | Array, pole: float) -> Array:
    return np.where(np.abs(value - pole) < NEAR, pole + NEAR, np.asarray(value, dtype=np.float64))
