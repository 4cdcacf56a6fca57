"""Days, weeks, months and hours of a zone."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from clickstream.analytics.period import DateRange, next_period, period_of_day, read_duration
from clickstream.errors import ReportError

pytestmark = pytest.mark.unit


def test_a_day_begins_at_the_zones_midnight() -> None:
    days = DateRange(dt.date(2026, 3, 5), dt.date(2026, 3, 5), ZoneInfo("Asia/Ho_Chi_Minh"))

    assert days.start == dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC)
    assert days.end == dt.datetime(2026, 3, 5, 17, tzinfo=dt.UTC)


def test_the_days_before_are_as_many() -> None:
    days = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 30), ZoneInfo("UTC"))

    before = days.before()

    assert (before.first, before.last) == (dt.date(2026, 1, 30), dt.date(2026, 2, 28))
    assert before.days == days.days == 30


@pytest.mark.parametrize(
    ("interval", "first", "after"),
    [
        pytest.param("day", dt.date(2026, 12, 31), dt.date(2027, 1, 1), id="day"),
        pytest.param("week", dt.date(2026, 12, 28), dt.date(2027, 1, 4), id="week"),
        pytest.param("month", dt.date(2026, 12, 1), dt.date(2027, 1, 1), id="month"),
    ],
)
def test_the_last_day_of_a_year_lies_in(interval: str, first: dt.date, after: dt.date) -> None:
    assert period_of_day(dt.date(2026, 12, 31), interval) == first  # type: ignore[arg-type]
    assert next_period(first, interval) == after  # type: ignore[arg-type]


def test_hours_of_a_zone_with_half_hours_are_its_own() -> None:
    days = DateRange(dt.date(2026, 3, 5), dt.date(2026, 3, 5), ZoneInfo("Asia/Kolkata"))

    hours = days.periods("hour")

    assert len(hours) == 24
    assert hours[0] == dt.datetime(2026, 3, 4, 18, 30, tzinfo=dt.UTC)


def test_absurdly_many_periods_are_refused() -> None:
    days = DateRange(dt.date(1990, 1, 1), dt.date(2026, 1, 1), ZoneInfo("UTC"))

    with pytest.raises(ReportError, match="at most 50000"):
        days.periods("hour")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("30m", dt.timedelta(minutes=30), id="minutes"),
        pytest.param("24h", dt.timedelta(hours=24), id="hours"),
        pytest.param("14d", dt.timedelta(days=14), id="days"),
        pytest.param("2w", dt.timedelta(days=14), id="weeks"),
        pytest.param("90s", dt.timedelta(seconds=90), id="seconds"),
    ],
)
def test_durations_read(text: str, expected: dt.timedelta) -> None:
    assert read_duration("window", text) == expected


@pytest.mark.parametrize("text", ["", "0d", "-1d", "1y", "1.5h", "٣d", "99999999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ReportError, match="give a duration such as"):
        read_duration("window", text)
