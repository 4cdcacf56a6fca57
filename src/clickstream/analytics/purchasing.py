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
from scipy.special import betaln, digamma, expit, gammaln

from clickstream.analytics.fitting import Fit, maximize

Array = NDArray[np.float64]

NODES: Final = 400
"""Of the integral over how likely customers are to cease; with so many, nine digits are right."""
FALL: Final = 32.0
"""The logarithm of how small the integrand is beyond the nodes."""
LEAST_LOG: Final = -300.0
"""The logarithm of what counts as nothing; its square is still a double."""


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
    together = np.where(again, gammaln(np.maximum(x, 1)) - betaln(r, np.maximum(x, 1)), 0.0)
    constant = together + betaln(a, b + x) - betaln(a, b)
    alive = -r * np.log1p(age / alpha) - x * np.log(alpha + age)
    # A customer who bought again may have ceased since; how much likelier that is, in logarithms.
    odds = logs[2] - np.log(b + more) + (r + x) * np.log((alpha + age) / (alpha + recency))
    odds = np.where(again, odds, LEAST_LOG)
    total = constant + alive + np.maximum(odds, 0.0) + np.log1p(_exp(-np.abs(odds)))
    left = np.where(again, expit(np.clip(odds, LEAST_LOG, -LEAST_LOG)), 0.0)
    by_r = (
        digamma(r + x) - digamma(r)
        - (1 - left) * np.log1p(age / alpha) - left * np.log1p(recency / alpha)
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
        + (r + frequency) * np.log((alpha + age) / (alpha + recency))
    )  # fmt: skip
    alive: Array = np.where(frequency > 0, expit(-np.clip(odds, LEAST_LOG, -LEAST_LOG)), 1.0)
    return alive


def expected_purchases(
    model: Purchasing, frequency: Array, recency: Array, age: Array, *, horizon: float
) -> Array:
    """How many purchases each customer makes within the horizon (equation 10 of the paper).

    Of the posterior, not by the paper's hypergeometric function: its parts leave the doubles, or
    cancel each other, where customers buy often, or nearly all or none of them cease.
    """
    pairs, places = np.unique(np.column_stack([frequency, age]), axis=0, return_inverse=True)
    while_one = _while_customer(
        model.r + pairs[:, 0], horizon / (model.alpha + pairs[:, 1]), model.a, model.b + pairs[:, 0]
    )
    alive = probability_alive(model, frequency, recency, age)
    found: Array = alive * while_one[places.reshape(-1)]
    return found


def _while_customer(shape: Array, ahead: Array, a: float, b: Array) -> Array:
    """The expected purchases of customers who are still ones.

    Who ceases with probability p after a purchase makes (1 - (1 + p * ahead) ** -shape) / p of
    them; p is beta distributed (a, b). What remains of that function when its ends are taken off,
    whose means are known, is integrated by the trapezoidal rule over the logarithm of p's odds,
    where it falls off exponentially at both ends, whatever the parameters.
    """
    never, surely = shape * ahead, -np.expm1(-shape * np.log1p(ahead))
    steep = 1 + (shape + 1) * ahead / 2
    norm = betaln(a, b)
    known = surely + (never - surely) * _exp(betaln(a, b + steep) - norm)
    low, high = _span(a, b, steep)
    width = (high - low) / NODES
    rest = np.zeros_like(known)
    for node in range(NODES + 1):
        odds = low + node * width
        p, stays, ceases = expit(odds), -np.logaddexp(0.0, odds), -np.logaddexp(0.0, -odds)
        bought = -np.expm1(-shape * np.log1p(p * ahead)) / p
        part = bought - surely - (never - surely) * _exp(steep * stays)
        rest += part * _exp(a * ceases + b * stays - norm)
    found: Array = known + rest * width
    return found


def _span(a: float, b: Array, steep: Array) -> tuple[Array, Array]:
    """The logarithms of the odds between which all of the integral lies.

    From its greatest value, at the beta distribution's (a + 1, b + 1), the integrand falls off at
    least as ``weight * (d - 1 + exp(-d))`` with the distance d; where that is slow, the function
    itself may have its greatest part further to the left, where p is the reciprocal of ``steep``.
    """
    weight = (a + 1) * (b + 1) / (a + b + 2)
    is_narrow = weight > 4
    fall = FALL / np.where(is_narrow, weight - 2, weight)
    distance = (fall + np.sqrt(fall * (fall + 8))) / 2
    top = np.log((a + 1) / (b + 1))
    return top - distance - np.where(is_narrow, 0.0, np.log(steep)), top + distance


def _exp(logs: Array) -> Array:
    return np.exp(np.maximum(logs, LEAST_LOG))
