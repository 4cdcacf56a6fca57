"""Series from CSV: what is taken, and what is said of the rest, by line."""

import io
import math
from zoneinfo import ZoneInfo

import pytest

from clickstream.errors import QualityError
from clickstream.quality.reading import read_series

pytestmark = pytest.mark.unit


def _read(text, **options):
    return read_series(io.StringIO(text, newline=""), name="cpu.csv", **options)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("timestamp,value\n2026-01-01 00:00:00,1.5\n", id="header"),
        pytest.param("2026-01-01 00:00:00,1.5\n", id="no header"),
        pytest.param("host,Value,Timestamp\na,1.5,2026-01-01T00:00:00Z\n", id="other columns"),
        pytest.param("\ufefftimestamp,value\r\n\r\n2026-01-01,1.5\r\n", id="spreadsheet"),
        pytest.param("timestamp,value\n1767225600,1.5\n", id="seconds"),
        pytest.param("timestamp,value\n1767225600000,1.5\n", id="milliseconds"),
        pytest.param("timestamp;value\n2026-01-01;1,5\n", id="semicolons, decimal comma"),
        pytest.param("2026-01-01;1,5\n", id="the same without a header"),
        pytest.param("\nvalue\ttimestamp\n1.5\t2026-01-01\n", id="tabs"),
        pytest.param("timestamp,cpu\n2026-01-01 00:00,1.5\n", id="another name"),
        pytest.param("when,cpu\n2026-01-01 00:00,1.5\n", id="two other names"),
    ],
)
def test_a_series_is_read(text):
    series = _read(text)
    assert series.seconds.tolist() == [1767225600.0]
    assert series.values.tolist() == [1.5]


def test_an_empty_value_is_a_gap_and_a_time_may_repeat():
    series = _read("timestamp,value\n2026-01-01,1\n2026-01-01,\n2026-01-01,NaN\n")
    assert [math.isnan(value) for value in series.values] == [False, True, True]


def test_a_clock_set_back_in_autumn_is_in_order():
    assert len(_read("2026-10-25 02:55,1\n2026-10-25 02:00,2\n").values) == 2


def test_a_time_with_an_offset_is_moved_to_the_zone():
    series = _read("2026-01-01T00:00:00Z,1\n", zone=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert series.seconds.tolist() == [1767225600.0 + 7 * 3600]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("timestamp,value\n", "no readings", id="only a header"),
        pytest.param("timestamp,value\n2026-01-01,x\n", "line 2: the value is 'x'", id="word"),
        pytest.param("timestamp,value\n2026-01-01,inf\n", "line 2: the value is 'inf'", id="inf"),
        pytest.param("timestamp,value\nlast May,1\n", "line 2: the time is 'last May'", id="time"),
        pytest.param("2026-01-01,1\n2026-01-02\n", "line 2: 1 column", id="one column"),
        pytest.param("2026-01-02,1\n2026-01-01,1\n", "line 2: 2026-01-01 comes after", id="order"),
        pytest.param('2026-01-01,1\n"2026', "line 2", id="torn quote"),
    ],
)
def test_what_cannot_be_read_is_told_by_line(text, said):
    with pytest.raises(QualityError, match=r"cpu\.csv") as caught:
        _read(text)
    assert said in str(caught.value)


def test_many_bad_lines_are_counted():
    with pytest.raises(QualityError, match=r"15 more line\(s\)"):
        _read("timestamp,value\n" + "x,y\n" * 20)
