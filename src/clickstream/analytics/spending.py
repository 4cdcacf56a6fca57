"""The Gamma-Gamma model: what a customer's purchases are worth on average.

Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value: purchases vary around a customer's
mean as a gamma distribution of shape ``p``, and its scale varies over customers as one of shape
``q`` and rate ``gamma``. Independent of how often somebody buys.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma

from clickstream.analytics.fitting import Fit, maximize

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spending:
    """The parameters, and the log-likelihood of what they were fitted to."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    is_settled: bool = True
    """Whether the likelihood has its maximum there, and not beyond all bounds."""


def fit_spending(purchases: Array, mean: Array) -> Spending:
    """The parameters that make these means, each of so many purchases, likeliest. All above 0."""
    scale = float(np.mean(mean))
    scaled = mean / scale
    fit: Fit = maximize(
        lambda logs: _likelihood(logs, purchases, scaled), parameters=3, size=float(len(mean))
    )
    p, q, gamma = fit.parameters
    gamma *= scale
    found = log_likelihood(p, q, gamma, purchases, mean)
    return Spending(p, q, gamma, found, is_settled=fit.is_settled)


def log_likelihood(p: float, q: float, gamma: float, purchases: Array, mean: Array) -> float:
    """The log-likelihood of the means (equation 1a of the note)."""
    return _likelihood(np.log([p, q, gamma]), purchases, mean)[0]


def _likelihood(logs: Array, x: Array, mean: Array) -> tuple[float, Array]:
    """The log-likelihood by the logarithms of the parameters, and its gradient."""
    p, q, gamma = np.exp(logs)
    paid = x * mean
    log_own, log_all = np.log1p(gamma / paid), np.log1p(paid / gamma)
    total = -betaln(p * x, q) - p * x * log_own - q * log_all - np.log(mean)
    by_p = x * (digamma(p * x + q) - digamma(p * x) - log_own)
    by_q = digamma(p * x + q) - digamma(q) - log_all
    by_gamma = q / gamma - (p * x + q) / (gamma + paid)
    gradient = np.array([by_p.sum() * p, by_q.sum() * q, by_gamma.sum() * gamma])
    return float(total.sum()), gradient


def expected_average(model: Spending, purchases: Array, mean: Array) -> Array | None:
    """What a purchase of each customer is worth on average: its own mean, drawn to that of all.

    Without purchases it is the mean of all. None where the model has no mean (q up to 1).
    """
    if model.q <= 1:
        return None
    paid = np.where(purchases > 0, purchases * mean, 0.0)
    return (model.gamma + paid) * model.p / (model.p * purchases + model.q - 1)
