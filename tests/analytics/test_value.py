"""Customer value: likelihoods equal brute-force integrals, parameters come back from simulations,
published figures come out, and customers are read from orders as the literature reads them."""

import datetime as dt
import itertools
import math
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pytest
from histories import Happening, history, load
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import hyp2f1
from scipy.stats import gamma as gamma_distribution

from clickstream.analytics import purchasing, spending
from clickstream.analytics.lifetime import lifetimes
from clickstream.analytics.purchasing import Histories, Purchasing
from clickstream.analytics.spending import Spending
from clickstream.errors import ReportError

CDNOW = Purchasing(0.243, 4.414, 0.793, 2.426, -9582.4)
"""As published by Fader, Hardie and Lee (2005), table 2."""
CDNOW_SPENDING = Spending(6.25, 3.74, 15.44, -4055.9)
"""As published by Fader and Hardie (2013)."""


def column(*values: float) -> Any:
    return np.array(values, dtype=np.float64)


def buying_likelihood(model: Purchasing, x: int, recency: float, age: float) -> float:
    """The likelihood of one customer, its rate and its drop-out integrated out by brute force."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b

    def by_rate(rate: float) -> float:
        density = float(gamma_distribution.pdf(rate, r, scale=1 / alpha))
        alive = quad(lambda p: p ** (a - 1) * (1 - p) ** (b + x - 1), 0, 1)[0]
        gone = quad(lambda p: p**a * (1 - p) ** (b + x - 2), 0, 1)[0] if x else 0.0
        return density * rate**x * (
            alive * math.exp(-rate * age) + gone * math.exp(-rate * recency)
        ) / beta_function(a, b)  # fmt: skip

    return quad(by_rate, 0, np.inf, limit=200)[0]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("x", "recency", "age"), [(0, 0.0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (9, 20.0, 21.0)]
)
def test_the_likelihood_of_purchases_equals_its_integral(
    x: int, recency: float, age: float
) -> None:
    model = Purchasing(1.3, 4.414, 1.793, 2.426, 0.0)
    one = Histories(column(x), column(recency), column(age), column(1))

    found = purchasing.log_likelihood(model.r, model.alpha, model.a, model.b, one)

    assert math.exp(found) == pytest.approx(buying_likelihood(model, x, recency, age), rel=1e-6)


@pytest.mark.unit
def test_the_likelihood_of_spending_equals_its_integral() -> None:
    p, q, rate = 6.25, 3.74, 15.44
    x, mean = 3, 24.5

    def by_scale(nu: float) -> float:
        of_mean = float(gamma_distribution.pdf(mean, p * x, scale=1 / (nu * x)))
        return of_mean * float(gamma_distribution.pdf(nu, q, scale=1 / rate))

    found = spending.log_likelihood(p, q, rate, column(x), column(mean))

    assert math.exp(found) == pytest.approx(quad(by_scale, 0, 5)[0], rel=1e-6)


@pytest.mark.unit
def test_published_expectations_come_out() -> None:
    # Fader, Hardie and Lee's own worked example: customer 1 of the CDNOW sample, 39 weeks ahead.
    one = (column(2.0), column(30.43), column(38.86))

    purchases = purchasing.expected_purchases(CDNOW, *one, horizon=39)
    average = spending.expected_average(CDNOW_SPENDING, column(0, 2), column(0, 22.35))

    assert purchases[0] == pytest.approx(1.226, abs=0.001)
    assert average is not None
    assert average[0] == pytest.approx(6.25 * 15.44 / 2.74)
    assert average[1] == pytest.approx((2.74 * average[0] + 12.5 * 22.35) / (2.74 + 12.5))


@pytest.mark.unit
def test_nobody_who_bought_once_alone_is_taken_for_lost() -> None:
    alive = purchasing.probability_alive(CDNOW, column(0, 5), column(0, 1), column(30, 300))

    assert alive[0] == 1
    assert alive[1] < 0.001


@pytest.mark.unit
@pytest.mark.parametrize("a", [0.5, 1.0, 1.0000001, 1.7])
@pytest.mark.parametrize("x", [0.0, 2.0, 900.0])
def test_expected_purchases_equal_the_sum_of_their_rate_over_time(a: float, x: float) -> None:
    model = Purchasing(0.7, 5.0, a, 2.0, 0.0)
    one = (column(x), column(19.0 * (x > 0)), column(20.0))

    def within(horizon: float) -> float:
        return float(purchasing.expected_purchases(model, *one, horizon=horizon)[0])

    # The rate at which purchases come at once: alive, and at the posterior mean rate.
    rate = float(purchasing.probability_alive(model, *one)[0]) * (model.r + x) / (model.alpha + 20)
    assert within(1e-3) / 1e-3 == pytest.approx(rate, rel=2e-2)
    steps = [within(weeks) for weeks in (0.0, 1.0, 10.0, 100.0, 1000.0)]
    assert steps[0] == 0
    assert all(one < other for one, other in itertools.pairwise(steps))


def simulated(customers: int, seed: int) -> tuple[Any, Any, Any, Any]:
    """Frequency, recency, age and mean value of customers drawn from the models, in weeks."""
    dice = np.random.default_rng(seed)
    rate = dice.gamma(0.6, 1 / 4.0, customers)
    leaves = dice.beta(0.8, 2.4, customers)
    age = dice.uniform(26, 39, customers)
    x, recency, now = (np.zeros(customers) for _ in range(3))
    alive = np.ones(customers, dtype=bool)
    while alive.any():
        now = now + dice.exponential(1 / rate)
        bought = alive & (now <= age)
        x[bought] += 1
        recency[bought] = now[bought]
        alive = bought & (dice.random(customers) >= leaves)
    scale = dice.gamma(3.74, 1 / 15.44, customers)
    mean = dice.gamma(6.25 * np.maximum(x, 1), 1 / (scale * np.maximum(x, 1)))
    return x, recency, age, mean


@pytest.mark.unit
def test_parameters_come_back_from_simulated_customers() -> None:
    x, recency, age, mean = simulated(40_000, seed=7)
    again = x > 0

    model = purchasing.fit_purchasing(Histories.of(x, recency, age))
    worth = spending.fit_spending(x[again], mean[again])

    assert model.is_settled
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx([0.6, 4, 0.8, 2.4], rel=0.12)
    assert [worth.p, worth.q, worth.gamma] == pytest.approx([6.25, 3.74, 15.44], rel=0.12)
    truth = (0.6, 4.0, 0.8, 2.4)
    every = Histories.of(x, recency, age)
    assert model.log_likelihood >= purchasing.log_likelihood(*truth, every)


@pytest.mark.unit
def test_equal_customers_are_counted_together_and_change_nothing() -> None:
    x, recency, age, _ = simulated(500, seed=3)
    days = (x, np.round(recency * 7) / 7, np.round(age * 7) / 7)

    once = purchasing.fit_purchasing(Histories.of(*days))
    thrice = Histories.of(*(np.tile(part, 3) for part in days))
    again = purchasing.fit_purchasing(thrice)

    assert thrice.customers.sum() == 1500
    assert len(thrice.age) < 500
    assert again.log_likelihood == pytest.approx(3 * once.log_likelihood)
    assert again.alpha == pytest.approx(once.alpha, rel=1e-4)


def customer(person: str, frequency: int, recency: int, age: int, spent: float) -> dict[str, Any]:
    return {
        "person": person, "currency": "USD", "first_day": None, "last_day": None,
        "frequency": frequency, "recency_days": recency, "age_days": age,
        "orders": frequency + 1, "revenue": spent + 10, "repeat_revenue": spent,
        "later_transactions": 0,
    }  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize(
    ("customers", "note"),
    [
        pytest.param([], "Of 0 customer", id="nobody"),
        pytest.param([customer("a", 3, 20, 30, 60.0)], "Of 1 customer", id="one"),
        pytest.param(
            [customer(str(n), 0, 0, n, 0.0) for n in range(9)], "0 bought on", id="nobody again"
        ),
    ],
)
def test_too_little_to_fit_to_is_said(customers: list[dict[str, Any]], note: str) -> None:
    found = lifetimes(customers, unit_days=7, horizon=52, has_first=False)

    assert note in found.notes[0]
    assert set(found.parameters.values()) == {None}
    assert len(found.rows(None)) == len(customers)
    assert all(row["expected_value"] is None for row in found.rows(None))


@pytest.mark.unit
def test_customers_who_never_cease_are_answered_with_a_warning() -> None:
    rhythm = [customer(str(n), 10, 70 + n % 3, 77 + n % 3, 100.0) for n in range(30)]

    found = lifetimes(rhythm, unit_days=7, horizon=10, has_first=False)

    assert any("BG/NBD" in note for note in found.notes)
    assert any("Gamma-Gamma" in note for note in found.notes)
    assert all(8.9 < row["expected_purchases"] < 9.1 for row in found.rows(None))
    assert all(
        row["expected_average_value"] == pytest.approx(10, rel=1e-3) for row in found.rows(3)
    )


@pytest.mark.unit
def test_the_first_purchase_counts_in_the_mean_where_that_is_asked_for() -> None:
    one = [customer("a", 2, 20, 30, 60.0), customer("b", 0, 0, 30, 0.0)]

    repeat, every = (
        lifetimes(one, unit_days=7, horizon=1, has_first=has_first).rows(None)
        for has_first in (False, True)
    )

    assert [row["monetary_value"] for row in repeat] == [30.0, None]
    assert [row["monetary_value"] for row in every] == [pytest.approx(70 / 3), 10.0]


DEGENERATE = [
    pytest.param(
        [(1, 3, 14, 6.5e6), (1, 6, 17, 7e6), (1, 6, 9, 9e5), (1, 10, 21, 3e7)]
        + [(0, 0, n % 30, 0.0) for n in range(86)],
        id="hardly anybody again",
    ),
    pytest.param([(1, 5 + n % 9, 30 + n % 7, 12.5 + n) for n in range(60)], id="all again once"),
    pytest.param([(1, 30, 30, 10.0)] * 20, id="all alike, today"),
    pytest.param(
        [(5000, 5990, 6000, 9e9), (1, 9, 6000, 5.0)] + [(0, 0, n, 0.0) for n in range(50)],
        id="one buys every day",
    ),
    pytest.param(
        [(n % 3, 4000 * (n % 3), 36_500, 1e-2 * (n % 3)) for n in range(40)], id="a century"
    ),
    pytest.param([(1, 1, 1, 1e-6), (1, 1, 36_500, 1e12)], id="two customers"),
    pytest.param([(2, 4, 4, 0.0), (1, 2, 9, 0.0), (0, 0, 0, 0.0)], id="worth nothing"),
    pytest.param([(300, 300, 300, 300.0)] * 3, id="never a day without"),
]
"""Frequency, recency and age in days, and what was spent again, of customers."""


@pytest.mark.unit
@pytest.mark.parametrize("histories", DEGENERATE)
@pytest.mark.parametrize("unit_days", [1, 365.25])
@pytest.mark.parametrize("has_first", [False, True])
def test_degenerate_customers_are_answered_in_numbers_or_not_at_all(
    histories: list[tuple[int, int, int, float]], unit_days: float, has_first: bool
) -> None:
    customers = [customer(str(place), *one) for place, one in enumerate(histories)]

    with np.errstate(all="raise"):
        found = lifetimes(
            customers, unit_days=unit_days, horizon=364 / unit_days, has_first=has_first
        )
        rows = found.rows(None)

    numbers = [
        value
        for part in (*rows, found.parameters, found.summary)
        for value in part.values()
        if isinstance(value, float)
    ]
    assert np.isfinite(numbers).all()
    assert all(row["expected_purchases"] >= 0 for row in rows)
    assert all(0 <= row["probability_alive"] <= 1 for row in rows)
    assert all((row["expected_value"] is None) == (found.average is None) for row in rows)
    assert found.average is not None or found.notes
    assert found.parameters["is_settled"] is not any("BG/NBD" in note for note in found.notes)


@pytest.mark.unit
def test_where_hardly_anybody_bought_again_no_maximum_is_claimed() -> None:
    few = [(1, 3, 14), (1, 6, 17), (1, 6, 9), (1, 10, 21)]
    customers = [customer(str(place), *one, 8.0) for place, one in enumerate(few)]
    customers += [customer(f"once {n}", 0, 0, n % 30, 0.0) for n in range(86)]

    found = lifetimes(customers, unit_days=7, horizon=52, has_first=False)

    assert found.parameters["is_settled"] is False
    assert found.parameters["is_settled_monetary"] is False
    assert ["BG/NBD" in note for note in found.notes] == [True, False]
    assert 5 < found.summary["expected_purchases"] < 50


EXTREME = (6.2e-6, 0.03, 0.9, 1.0, 8.0, 1.6e5)
"""Shapes out to the bounds of what is fitted."""


@pytest.mark.unit
@pytest.mark.parametrize("a", EXTREME)
@pytest.mark.parametrize("b", EXTREME)
@pytest.mark.parametrize("r", [6.2e-6, 0.11, 1.6e5])
def test_expected_purchases_lie_between_those_of_who_never_ceases_and_who_does_at_once(
    a: float, b: float, r: float
) -> None:
    x, age = column(0, 0, 1, 7, 5000), column(0, 3, 3, 1e5, 1e5)
    horizons = (1e-6, 1.0, 1e6)

    with np.errstate(all="raise"):
        found = [
            purchasing.expected_purchases(Purchasing(r, 2.5, a, b, 0.0), x, age, age, horizon=one)
            / purchasing.probability_alive(Purchasing(r, 2.5, a, b, 0.0), x, age, age)
            for one in horizons
        ]

    for horizon, each in zip(horizons, found, strict=True):
        ahead = horizon / (2.5 + age)
        assert np.all(each <= (r + x) * ahead * (1 + 1e-8))
        assert np.all(each >= -np.expm1(-(r + x) * np.log1p(ahead)) * (1 - 1e-8))


@pytest.mark.unit
@pytest.mark.parametrize(("a", "b"), [(0.793, 2.426), (0.2, 0.3), (3.5, 0.9), (2.5, 40.0)])
def test_expected_purchases_equal_the_published_formula(a: float, b: float) -> None:
    r, alpha, horizon = 0.243, 4.414, 39.0
    x, age = column(0, 1, 2, 9), column(5, 20, 38.86, 38.86)
    model = Purchasing(r, alpha, a, b, 0.0)

    found = purchasing.expected_purchases(model, x, age, age, horizon=horizon)

    third, power = a + b + x - 1, (alpha + age) / (alpha + age + horizon)
    series = hyp2f1(r + x, b + x, third, horizon / (alpha + age + horizon))
    alive = np.where(x > 0, 1 / (1 + a / (b + np.maximum(x, 1) - 1)), 1.0)
    expected = third / (a - 1) * (1 - power ** (r + x) * series) * alive
    assert found == pytest.approx(expected, rel=1e-9)


# What the orders of a customer of the CDNOW sample come to (its transactions are public).
BOUGHT = [
    ("1997-01-01", 29.33),
    ("1997-01-18", 29.73),
    ("1997-08-02", 14.96),
    ("1997-12-12", 26.48),
]


def order(day: str, worth: float, visitor: str = "cdnow", **more: Any) -> Happening:
    at = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    given = {"currency": "USD"} | more
    return Happening(
        at=at, visitor=visitor, name="purchase", action="purchase", value=Decimal(str(worth)),
        **given,
    )  # fmt: skip


@pytest.mark.postgres
def test_a_customer_is_read_as_the_literature_reads_it(
    connection: psycopg.Connection, ask: Any
) -> None:
    twice = [("1997-01-12T08:00", 12.0), ("1997-01-12T19:00", 77.0), ("1997-02-02", 5.0)]
    events = [order(*one) for one in BOUGHT] + [order(*one, visitor="twice") for one in twice]
    load(connection, history([*events, order("1997-11-01", 9.0, visitor="late")]))
    days = {"from_": None, "to": None, "now": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}

    report = ask("value", calibration_end="1997-09-30", **days)
    rows = {row["person"]: row for row in report.rows}

    one = rows["cdnow"]
    assert (one["frequency"], one["monetary_value"]) == (2, pytest.approx(22.345))
    assert (round(one["recency"], 2), round(one["age"], 2)) == (30.43, 38.86)
    assert one["later_transactions"] == 1
    assert rows["twice"]["frequency"] == 1
    assert rows["twice"]["orders"] == 3
    assert rows["twice"]["monetary_value"] == 5.0
    assert "late" not in rows
    assert report.params["to"] == dt.date(1997, 12, 12)
    assert set(report.params["model"]) >= {"r", "alpha", "a", "b", "p", "q", "gamma"}
    in_days = ask("value", calibration_end="1997-09-30", time_unit="day", **days).rows
    assert {row["person"]: row["age"] for row in in_days}["cdnow"] == 272


@pytest.mark.postgres
def test_the_calibration_may_end_at_an_instant(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, history([order("1997-01-01", 5.0), order("1997-01-08T12:00", 6.0)]))
    days = {"from_": None, "to": None}

    def frequency(until: str) -> int:
        return int(ask("value", calibration_end=until, **days).rows[0]["frequency"])

    assert frequency("1997-01-08T11:59:59Z") == 0
    assert frequency("1997-01-08T12:00:00Z") == 1
    assert frequency("1997-01-08T19:00:00+07:00") == 1
    for wrong in ("soon", "1996-12-31T00:00:00Z", "1998-01-01"):
        with pytest.raises(ReportError, match="--calibration-end is"):
            ask("value", calibration_end=wrong, from_=dt.date(1997, 1, 1), to=dt.date(1997, 1, 9))


@pytest.mark.postgres
def test_currencies_have_models_of_their_own(connection: psycopg.Connection, ask: Any) -> None:
    events = [
        order(f"1997-0{month}-0{day}", day + month, visitor=f"v{day}", currency=currency)
        for day in range(1, 7)
        for month in range(1, 1 + day)
        for currency in ("USD", "VND")[: 1 + day % 2]
    ]
    load(connection, history(events))

    report = ask("value", from_=None, to=None, horizon="26w")

    assert {row["currency"] for row in report.rows} == {"USD", "VND"}
    assert report.params["model"] == report.params["models"]["USD"]
    worths = [row["expected_value"] for row in report.rows if row["expected_value"] is not None]
    assert worths == sorted(worths, reverse=True)
    few = ask("value", from_=None, to=None, horizon="26w", limit=2).rows
    assert few == report.rows[:2]
