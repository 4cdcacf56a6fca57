"""Figures of reports as numbers, how they changed, and the definitions of their metrics."""

import math
from typing import Final

from clickstream.contract.metrics import METRICS, Metric

TENFOLD: Final = 10.0
"""A change from which on the period before had too little to compare with."""


def metric(name: str) -> Metric:
    """The definition of a metric, from the one file of definitions."""
    return METRICS[name]


def change(now: float | None, before: float | None) -> float | None:
    """The relative change from ``before`` to ``now``; None where there was nothing before."""
    if now is None or not before:
        return None
    return (now - before) / abs(before)


def growth(now: float | None, before: float | None) -> float | None:
    """The relative change since the period before; infinite where that one had nothing of it."""
    return math.inf if now and before == 0 else change(now, before)


def number(value: object) -> float | None:
    """A figure of a report's row as a float; None where the report has none, or no finite one."""
    if value is None or isinstance(value, bool):
        return None
    found = float(str(value))
    return found if math.isfinite(found) else None
