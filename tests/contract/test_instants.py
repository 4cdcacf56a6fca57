"""How an instant is read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from documents import NAUGHTY
from hypothesis import given
from hypothesis import strategies as st

from clickstream.contract import Reason, Rejected, check_event, limits, parse_instant

pytestmark = pytest.mark.unit

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2026-01-31T12:00:00Z", NOON, id="RFC 3339"),
        pytest.param("2026-01-31t12:00:00z", NOON, id="small letters"),
        pytest.param("2026-01-31T19:00:00+07:00", NOON, id="with an offset"),
        pytest.param("2026-01-31T19:00:00+0700", NOON, id="an offset without a colon"),
        pytest.param("2026-01-31T06:30:00-05:30", NOON, id="a negative offset"),
        pytest.param("2026-01-31 12:00:00", NOON, id="no zone means UTC"),
        pytest.param("2026-01-31T12:00:00", NOON, id="no zone, with a T"),
        pytest.param("2026-01-31 12:00:00 UTC", NOON, id="UTC by name"),
        pytest.param("2026-01-31 12:00", NOON, id="no seconds"),
        pytest.param("2026-01-31", NOON.replace(hour=0), id="a date"),
        pytest.param("  2026-01-31T12:00:00Z\n", NOON, id="white space around"),
        pytest.param(
            "2026-01-31T12:00:00.5Z", NOON.replace(microsecond=500_000), id="half a second"
        ),
        pytest.param("2026-01-31T12:00:00,25Z", NOON.replace(microsecond=250_000), id="a comma"),
        pytest.param(
            "2026-01-31T12:00:00.123456789Z", NOON.replace(microsecond=123_456), id="nanoseconds"
        ),
        pytest.param(
            "2016-12-31T23:59:60Z",
            datetime(2016, 12, 31, 23, 59, 59, 999_999, UTC),
            id="a leap second",
        ),
        pytest.param("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC), id="a leap day"),
        pytest.param(1769860800000, NOON, id="milliseconds"),
        pytest.param(1769860800000.25, NOON.replace(microsecond=250), id="microseconds"),
        pytest.param("1769860800000", NOON, id="milliseconds as text"),
        pytest.param(0, datetime(1970, 1, 1, tzinfo=UTC), id="the epoch"),
        pytest.param(-1, datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC), id="before it"),
        pytest.param("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC), id="the first"),
        pytest.param(
            "9999-12-31T23:59:59.999999Z",
            datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
            id="the last",
        ),
        pytest.param(limits.MIN_INSTANT, datetime(1, 1, 1, tzinfo=UTC), id="the first number"),
        pytest.param(
            limits.END_INSTANT - 1,
            datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC),
            id="the last number",
        ),
    ],
)
def test_an_instant_is_read_in_utc(value: str | float, expected: datetime) -> None:
    assert parse_instant(value) == expected
    assert parse_instant(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="nothing"),
        pytest.param(" ", id="a space"),
        pytest.param("yesterday", id="a word"),
        pytest.param("31/01/2026 12:00", id="another order"),
        pytest.param("2026-02-30T12:00:00Z", id="a day that is not"),
        pytest.param("2025-02-29T12:00:00Z", id="a leap day in another year"),
        pytest.param("2026-13-01", id="a month that is not"),
        pytest.param("2026-01-31T25:00:00Z", id="an hour that is not"),
        pytest.param("2026-01-31T12:00:00+25:00", id="an offset that is not"),
        pytest.param("2026-01-31T12:00:00 CET", id="a zone by another name"),
        pytest.param("0000-01-01T00:00:00Z", id="the year 0"),
        pytest.param("0001-01-01T00:00:00+10:00", id="before the year 1 in UTC"),
        pytest.param("9999-12-31T23:59:59-10:00", id="after the year 9999 in UTC"),
        pytest.param("10000-01-01T00:00:00Z", id="the year 10000"),
        pytest.param("\u0662\u0660\u0662\u0666-01-31T12:00:00Z", id="other digits"),
        pytest.param("9" * 64, id="64 digits"),
        pytest.param(limits.MIN_INSTANT - 1, id="a number before the year 1"),
        pytest.param(limits.END_INSTANT, id="a number after the year 9999"),
        pytest.param(1e300, id="a large number"),
        pytest.param(-1e300, id="a small number"),
        pytest.param(float("nan"), id="not a number"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(10**4299, id="4,300 digits"),
    ],
)
def test_anything_else_is_rejected(value: str | float) -> None:
    with pytest.raises(Rejected) as raised:
        parse_instant(value, field="sentAt")
    assert raised.value.reason == Reason.INVALID_TIMESTAMP
    assert raised.value.field == "sentAt"
    assert "expected RFC 3339" in raised.value.message
    assert len(raised.value.message) < 300


@pytest.mark.parametrize("field", ["eventTimestamp", "sentAt"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_instant_is_none(field: str, value: str | None) -> None:
    assert check_event({"eventName": "a", field: value})


@pytest.mark.parametrize("field", ["eventTimestamp", "sentAt"])
def test_both_instants_are_tried(field: str) -> None:
    with pytest.raises(Rejected) as raised:
        check_event({"eventName": "a", field: "noon"})
    assert raised.value.field == field


offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=offsets).filter(lambda instant: 1 < instant.year < 9999))
def test_every_way_to_write_an_instant_is_read(instant: datetime) -> None:
    text = instant.isoformat()
    for written in (text, text.replace("T", " "), text.replace("T", "t")):
        assert parse_instant(written) == instant
    utc = instant.astimezone(UTC)
    for zone in ("Z", "z", "", " UTC"):
        assert parse_instant(utc.replace(tzinfo=None).isoformat() + zone) == instant


@given(st.text(max_size=64) | st.sampled_from(NAUGHTY) | st.floats() | st.integers())
def test_no_value_breaks_the_reading(value: str | float) -> None:
    try:
        instant = parse_instant(value)
    except Rejected:
        return
    assert 1 <= instant.year <= 9999
