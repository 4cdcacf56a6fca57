"""Lifetimes: the customers of one currency, the models fitted to them, and what these expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clickstream.analytics.purchasing import (
    Histories,
    Purchasing,
    expected_purchases,
    fit_purchasing,
    probability_alive,
)
from clickstream.analytics.report import Row
from clickstream.analytics.spending import Spending, expected_average, fit_spending

Array = NDArray[np.float64]
Numbers = list[float | None]

OF_EACH: Final = ("log_likelihood", "is_settled")
MONETARY: Final = "_monetary"
BUYING: Final = ("r", "alpha", "a", "b", *OF_EACH)
SPENDING: Final = ("p", "q", "gamma")
PARAMETERS: Final = (*BUYING, *SPENDING, *(name + MONETARY for name in OF_EACH))
LEAST: Final = 2
"""Customers who bought again, below whom there is nothing to fit to."""
UNSETTLED: Final = (
    "The data do not settle the parameters of {model}: its likelihood has no maximum, but grows or "
    "stays the same towards a bound, at which the search ended. Take the parameters, and what "
    "follows from them, with care. More customers or more time may help."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """One currency's customers with the models; arrays run along with the customers."""

    customers: Sequence[Row]
    frequency: Array
    recency: Array
    age: Array
    mean: Array
    """What their transactions were worth on average; 0 where there is none to tell."""
    alive: Array | None
    purchases: Array | None
    average: Array | None
    model: Purchasing | None
    spending: Spending | None
    notes: Sequence[str]

    @property
    def parameters(self) -> dict[str, float | bool | None]:
        """The fitted parameters and log-likelihoods, None where there was nothing to fit to."""
        found: dict[str, float | bool | None] = dict.fromkeys(PARAMETERS)
        if self.model is not None:
            found |= {name: getattr(self.model, name) for name in BUYING}
        if self.spending is not None:
            found |= {f"{name}{MONETARY}": getattr(self.spending, name) for name in OF_EACH}
            found |= {name: getattr(self.spending, name) for name in SPENDING}
        return found

    @property
    def worth(self) -> Array | None:
        if self.purchases is None or self.average is None:
            return None
        return self.purchases * self.average

    @property
    def summary(self) -> dict[str, Any]:
        """The sums over all customers."""
        return {
            "customers": len(self.customers),
            "repeat_customers": int((self.frequency > 0).sum()),
            "expected_purchases": _sum(self.purchases),
            "expected_value": _sum(self.worth),
            "expected_customers_alive": _sum(self.alive),
            "later_transactions": sum(row["later_transactions"] for row in self.customers),
        }

    def rows(self, limit: int | None) -> list[dict[str, Any]]:
        """A row a customer; of many, those of most expected value, or revenue where none is."""
        number = len(self.customers)
        order = list(range(number))
        if limit and limit < number:
            rank = self.worth
            if rank is None:
                rank = np.array([row["revenue"] for row in self.customers])
            least = np.partition(rank, number - limit)[number - limit]
            order = [int(place) for place in np.flatnonzero(rank >= least)]
        columns = {
            "expected_purchases": _listed(self.purchases, number),
            "probability_alive": _listed(self.alive, number),
            "expected_average_value": _listed(self.average, number),
            "expected_value": _listed(self.worth, number),
        }
        return [self._row(place, columns) for place in order]

    def _row(self, place: int, columns: Mapping[str, Numbers]) -> dict[str, Any]:
        customer = self.customers[place]
        mean = float(self.mean[place])
        return {
            "person": customer["person"],
            "currency": customer["currency"],
            "first_ordered_on": customer["first_day"],
            "last_ordered_on": customer["last_day"],
            "orders": customer["orders"],
            "revenue": customer["revenue"],
            "frequency": customer["frequency"],
            "recency": float(self.recency[place]),
            "age": float(self.age[place]),
            "monetary_value": mean if mean > 0 or customer["frequency"] else None,
            **{name: values[place] for name, values in columns.items()},
            "later_transactions": customer["later_transactions"],
        }


def lifetimes(
    customers: Sequence[Row], *, unit_days: float, horizon: float, has_first: bool
) -> Lifetime:
    """Customers with the models fitted to them, and what these expect within the horizon.

    Times are in units of so many days. ``has_first`` takes the first transaction into the mean
    value too. Without customers who bought again there are no models, and a note says so.
    """
    frequency = _column(customers, "frequency")
    recency = _column(customers, "recency_days") / unit_days
    age = _column(customers, "age_days") / unit_days
    counted = frequency + has_first
    paid = _column(customers, "revenue" if has_first else "repeat_revenue")
    mean = np.divide(paid, counted, out=np.zeros_like(paid), where=counted > 0)
    model = spending = alive = purchases = average = None
    notes = []
    again = int((frequency > 0).sum())
    if again < LEAST:
        notes.append(_nothing(len(customers), again))
    else:
        model = fit_purchasing(Histories.of(frequency, recency, age))
        alive = probability_alive(model, frequency, recency, age)
        purchases = expected_purchases(model, frequency, recency, age, horizon=horizon)
        spending, average, said = _spent(counted, mean)
        notes += [UNSETTLED.format(model="BG/NBD")] * (not model.is_settled) + said
    return Lifetime(
        customers=customers, frequency=frequency, recency=recency, age=age, mean=mean,
        alive=alive, purchases=purchases, average=average, model=model, spending=spending,
        notes=notes,
    )  # fmt: skip


def _spent(counted: Array, mean: Array) -> tuple[Spending | None, Array | None, list[str]]:
    """The Gamma-Gamma model of those whose transactions are worth something, and its means."""
    paid = (counted > 0) & (mean > 0)
    if int(paid.sum()) < LEAST:
        return None, None, [
            f"{int(paid.sum())} customers bought again for more than nothing, so there is no model "
            "of what purchases are worth."
        ]  # fmt: skip
    spending = fit_spending(counted[paid], mean[paid])
    average = expected_average(spending, np.where(paid, counted, 0.0), mean)
    said = [UNSETTLED.format(model="Gamma-Gamma")] * (not spending.is_settled)
    if average is None:
        said.append(
            f"What purchases are worth varies so much that the fitted model has no mean (q is "
            f"{spending.q:.3f}, up to 1), so no value can be expected."
        )
    return spending, average, said


def _nothing(customers: int, again: int) -> str:
    return (
        f"Of {customers} customer(s) {again} bought on a second day until the calibration's end; "
        f"the models need at least {LEAST} who did, so nothing is expected of anybody. Take more "
        "days, a later --calibration-end, or fewer filters."
    )


def _column(customers: Sequence[Row], name: str) -> Array:
    return np.array([row[name] for row in customers], dtype=np.float64)


def _sum(values: Array | None) -> float | None:
    return None if values is None else float(values.sum())


def _listed(values: Array | None, number: int) -> Numbers:
    return [None] * number if values is None else values.tolist()
