"""Alarms on a shop's series: what is worth one, and what is thin, or chance."""

import datetime as dt
import sys
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from clickstream.quality.explain import explain
from clickstream.quality.watch import judge_series
from clickstream.quality.watched import Name, Observation, Part, latest_closed, start_of, step

pytestmark = pytest.mark.unit
UTC = ZoneInfo("UTC")
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def _hours(days, *, busy=60.0, kind="count", seed=1):
    """Sessions of a shop with quiet nights, hour by hour."""
    chance = np.random.default_rng(seed)
    series = []
    for place in range(days * 24):
        mean = busy * (1.1 - np.cos(2 * np.pi * place / 24))
        count = float(chance.poisson(mean))
        period = START + dt.timedelta(hours=place)
        series.append(Observation(Name("sessions"), period, count, count, kind))
    return series


def _judged(series, kept=None):
    return judge_series(series, kept or {}, grain="hour", zone=UTC)


def _with(series, place, value):
    one = series[place]
    changed = Observation(one.name, one.period, value, max(value, 0.0), one.kind)
    return [*series[:place], changed, *series[place + 1 :]]


def _anomalies(series):
    return [one.observation.period for one in _judged(series) if one.is_anomaly]


@pytest.mark.parametrize("seed", range(4))
def test_an_ordinary_month_has_no_anomaly(seed):
    assert _anomalies(_hours(28, seed=seed)) == []


def test_an_outage_in_the_day_is_found_in_its_first_hour():
    series = _hours(28)
    noon = 25 * 24 + 12
    broken = _with(series, noon, 5.0)
    assert _anomalies(broken) == [series[noon].period]


def test_a_small_loss_that_goes_on_is_found():
    series = _hours(28, busy=40.0)
    for place in range(25 * 24 + 8, 25 * 24 + 16):
        series = _with(series, place, round(series[place].observed * 0.6))
    assert any(one >= series[25 * 24 + 8].period for one in _anomalies(series))


def test_a_quiet_night_is_no_outage():
    series = _hours(28)
    quietest = min(range(20 * 24, 27 * 24), key=lambda place: series[place].observed)
    assert series[quietest].period not in _anomalies(series)


def test_a_shop_of_few_sessions_raises_no_alarm():
    series = _hours(28, busy=2.0)
    assert _anomalies(_with(series, 25 * 24 + 12, 0.0)) == []
    assert _anomalies(_with(series, 25 * 24 + 12, 15.0)) == []


def _days(count, *, mean, seed, name="orders"):
    """Orders of a shop that sells a little less at the weekend, day by day."""
    chance = np.random.default_rng(seed)
    series = []
    for place in range(count):
        number = float(chance.poisson(mean * (1.0 if place % 7 < 5 else 0.9)))
        period = START + dt.timedelta(days=place)
        series.append(Observation(Name(name), period, number, number))
    return series


def _judged_days(series):
    judged = judge_series(series, {}, grain="day", zone=UTC)
    return [one.observation.period for one in judged if one.is_anomaly]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("mean", "days"), [(20, 1), (10, 3), (6, 6)])
def test_a_small_shop_that_sells_nothing_any_more_is_told_of(mean, days, seed):
    series = _days(90, mean=mean, seed=seed)
    assert _judged_days(series) == []
    stopped = series[:70]
    for place in range(70, 70 + days):
        stopped.append(Observation(series[place].name, series[place].period, 0.0, 0.0))
    found = _judged_days(stopped)
    assert found
    assert found[0] >= series[70].period


@pytest.mark.parametrize("seed", range(3))
def test_an_order_a_day_may_stay_away_for_a_while(seed):
    series = _days(90, mean=1.5, seed=seed)
    for place in range(80, 86):
        series = _with(series, place, 0.0)
    assert _judged_days(series) == []


def test_a_rate_of_few_sessions_may_be_anything():
    rates = [
        Observation(Name("conversion_rate"), START + dt.timedelta(hours=place), 0.05, 40.0, "rate")
        for place in range(24 * 20)
    ]
    rates[-5] = Observation(rates[-5].name, rates[-5].period, 0.9, 10.0, "rate")
    assert _anomalies(rates) == []


def test_a_rate_of_many_sessions_that_collapses_is_found():
    chance = np.random.default_rng(5)
    rates = [
        Observation(
            Name("conversion_rate"), START + dt.timedelta(hours=place),
            float(chance.binomial(2000, 0.05)) / 2000, 2000.0, "rate",
        )
        for place in range(24 * 20)
    ]  # fmt: skip
    rates[-5] = Observation(rates[-5].name, rates[-5].period, 0.001, 2000.0, "rate")
    assert _anomalies(rates) == [rates[-5].period]


def test_a_month_is_judged_without_scipy_which_the_function_on_aws_lacks(monkeypatch):
    for name in ("scipy", "scipy.spatial"):
        monkeypatch.setitem(sys.modules, name, None)
    assert len(_judged(_hours(30))) == 720


def test_only_new_or_changed_periods_are_judged_again():
    series = _hours(10)
    kept = {one.period: one for one in series[:-3]}
    assert [one.observation for one in _judged(series, kept)] == series[-3:]
    late = _with(series, 100, series[100].observed + 7)
    again = _judged(late, {one.period: one for one in series})
    assert [one.observation.period for one in again] == [series[100].period]


def test_nothing_before_the_first_visit_is_judged():
    silent = [
        Observation(Name("sessions"), START - dt.timedelta(hours=back), 0.0, 0.0)
        for back in range(200, 0, -1)
    ]
    assert len(_judged([*silent, *_hours(3)])) == 72


def test_a_period_waits_an_hour_after_its_end():
    noon = dt.datetime(2026, 3, 10, 12, 5, tzinfo=dt.UTC)
    assert latest_closed("hour", noon, UTC) == dt.datetime(2026, 3, 10, 10, tzinfo=dt.UTC)
    assert latest_closed("day", noon, UTC) == dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    night = dt.datetime(2026, 3, 10, 0, 30, tzinfo=dt.UTC)
    assert latest_closed("day", night, UTC) == dt.datetime(2026, 3, 8, tzinfo=dt.UTC)


def test_days_are_those_of_the_zone():
    instant = dt.datetime(2026, 3, 9, 18, tzinfo=dt.UTC)
    assert start_of("day", instant, HANOI) == dt.datetime(2026, 3, 9, 17, tzinfo=dt.UTC)
    berlin = ZoneInfo("Europe/Berlin")
    before = dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    assert step(before, "day", 1, berlin) == dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC)


def test_the_value_that_brings_the_change_explains_it():
    parts = [
        Part("device", "mobile", 10, 60), Part("device", "desktop", 40, 40),
        Part("channel", "Direct", 25, 50), Part("channel", "Email", 25, 50),
    ]  # fmt: skip
    told = explain(parts)
    assert (told.dimension, told.value, told.share) == ("device", "mobile", 1.0)


def test_a_change_across_the_board_is_explained_by_nothing():
    parts = [Part("device", "mobile", 30, 60), Part("device", "desktop", 20, 40)]
    assert explain(parts) is None
    assert explain([Part("country", "(none)", 10, 50)]) is None
    assert explain([]) is None
