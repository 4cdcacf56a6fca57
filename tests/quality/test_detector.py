"""The detector: in order, without looking ahead, one setting for every series."""

import numpy as np
import pytest

from clickstream.quality.detector import ALARM, detect
from clickstream.quality.novelty import nearest_distances

pytestmark = pytest.mark.unit
FIVE_MINUTES = 300.0
DAY = 288


def _days(number, *, seed=1):
    """A shop's days: quiet nights, busy evenings, some noise."""
    chance = np.random.default_rng(seed)
    places = np.arange(number * DAY)
    values = 100 + 60 * np.sin(2 * np.pi * places / DAY) + chance.normal(0, 3, len(places))
    return places * FIVE_MINUTES, values


def test_a_verdict_never_depends_on_later_readings():
    seconds, values = _days(7)
    values[1500:1530] += 90
    values[700] = np.nan
    whole = detect(seconds, values)
    for length in (1, 2, 3, 40, 200, 699, 701, 1200, 1505, 1530, 1999):
        part = detect(seconds[:length], values[:length])
        for name in ("expected", "lower", "upper", "surprise", "score"):
            np.testing.assert_allclose(getattr(part, name), getattr(whole, name)[:length], 1e-9)


def test_a_spike_stands_out_and_ordinary_readings_do_not():
    seconds, values = _days(10)
    values[2000] += 150
    verdicts = detect(seconds, values)
    assert verdicts.score[2000] == verdicts.score.max() > 0.8
    assert values[2000] > verdicts.upper[2000]
    assert (verdicts.score >= ALARM).sum() <= 4


def test_a_day_that_stays_low_stands_out_though_its_values_are_ordinary_at_night():
    seconds, values = _days(12)
    values[9 * DAY : 10 * DAY] = 40 + np.random.default_rng(2).normal(0, 3, DAY)
    score = detect(seconds, values).score
    assert score[9 * DAY : 10 * DAY].max() >= ALARM


def test_a_shift_of_level_is_one_incident():
    seconds, values = _days(10)
    values[1700:] += 200
    score = detect(seconds, values).score
    assert score[1700:1706].max() >= ALARM
    assert (score[1706:] >= ALARM).sum() <= 2


def test_what_is_always_the_same_never_stands_out_until_it_changes():
    seconds, values = np.arange(1000) * FIVE_MINUTES, np.full(1000, 45.0)
    assert not detect(seconds, values).score.any()
    values[900] = 46
    verdicts = detect(seconds, values)
    assert verdicts.score[900] >= ALARM
    assert not verdicts.score[:900].any()


def test_the_band_holds_most_readings_and_is_never_below_zero_for_counts():
    seconds = np.arange(24 * 60) * 3600.0
    busy = 1 + 10 * (1 + np.sin(2 * np.pi * np.arange(24 * 60) / 24))
    values = np.random.default_rng(3).poisson(busy).astype(float)
    verdicts = detect(seconds, values)
    inside = (values >= verdicts.lower) & (values <= verdicts.upper)
    assert inside[200:].mean() > 0.96
    assert verdicts.lower.min() >= 0
    assert (verdicts.score >= ALARM).sum() <= 6


def test_the_expectation_follows_the_season():
    seconds, values = _days(10)
    verdicts = detect(seconds, values)
    assert np.abs(verdicts.expected - values)[4 * DAY :].mean() < 6


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_few_readings_are_judged_without_an_alarm(length):
    verdicts = detect(np.arange(length) * 60.0, np.ones(length))
    assert len(verdicts.score) == length
    assert not verdicts.score.any()


def test_gaps_and_repeated_times_are_taken_as_they_come():
    seconds, values = _days(6)
    seconds = np.concatenate([seconds[:800], seconds[800:] + 86_400 * 40])
    seconds[500:503] = seconds[500]
    values[100:130] = np.nan
    verdicts = detect(seconds, values)
    assert np.isfinite(verdicts.score).all()
    assert not verdicts.score[100:130].any()
    assert np.isfinite(verdicts.expected[100:130]).all()


def test_readings_near_the_end_of_what_a_number_can_hold_are_judged_as_any_other():
    values = 50 + np.random.default_rng(2).normal(size=700)
    values[600] = 90
    usual, huge = (detect(np.arange(700) * 300.0, scale * values) for scale in (1.0, 2.0**1016))
    assert huge.score == pytest.approx(usual.score)
    assert huge.expected == pytest.approx(usual.expected * 2.0**1016)
    alternating = detect(np.arange(300) * 300.0, np.resize([1.7e308, -1.7e308, 1.0], 300))
    assert all(np.isfinite(part).all() for part in (alternating.upper, alternating.score))


def test_all_gaps_give_no_expectation():
    verdicts = detect(np.arange(3.0), np.full(3, np.nan))
    assert np.isnan(verdicts.expected).all()
    assert not verdicts.score.any()


@pytest.mark.parametrize("few", [0, 4096], ids=["by a tree", "one by one"])
@pytest.mark.parametrize("length", [1, 2, 4])
def test_the_nearest_earlier_window_is_found_exactly(length, few, monkeypatch):
    monkeypatch.setattr("clickstream.quality.novelty.FEW", few)
    values = np.round(np.random.default_rng(4).normal(size=700), 1)
    found = nearest_distances(values, length)
    for end in range(2 * length - 1, 700, 37):
        window = values[end - length + 1 : end + 1]
        earlier = [
            np.sqrt(((values[start : start + length] - window) ** 2).mean())
            for start in range(end - 2 * length + 2)
        ]
        assert found[end] == pytest.approx(min(earlier), abs=1e-9)
