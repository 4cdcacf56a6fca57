"""Charts as the options that the browser draws."""

import datetime as dt
from typing import Any

import pytest

from clickstream.dashboard import charts, kit, periods, series
from clickstream.dashboard.charts import Item, Measure, Point, Spot
from clickstream.dashboard.filters import Period

pytestmark = pytest.mark.unit
REVENUE = Measure("Revenue", "money", "VND")


def test_a_trend_lays_the_period_before_dashed_over_this_one() -> None:
    now = [Point("2026-11-21", 5.0), Point("2026-11-22", 7.0)]
    before = [Point("2026-11-19", 4.0), Point("2026-11-20", None)]
    drawn = charts.trend(now, before, measure=REVENUE, interval="day")
    solid, dashed = drawn["option"]["series"]
    assert [item["value"] for item in solid["data"]] == [5.0, 7.0]
    assert [item["when"] for item in dashed["data"]] == ["2026-11-19", "2026-11-20"]
    assert solid["lineStyle"]["type"] == "solid"
    assert dashed["lineStyle"]["type"] == [4, 4]
    assert drawn["option"]["xAxis"]["data"] == ["2026-11-21", "2026-11-22"]


def test_a_trend_without_comparison_has_one_line() -> None:
    drawn = charts.trend([Point("2026-11-22", 1.0)], [], measure=REVENUE, interval="day")
    assert len(drawn["option"]["series"]) == len(drawn["figures"]) == 1


def test_a_day_that_is_not_over_stands_beside_the_line_and_not_at_the_end_of_a_fall() -> None:
    points = [Point("2026-11-21", 5.0), Point("2026-11-22", 7.0), Point("2026-11-23", 0.0)]
    drawn = charts.trend(points, [], measure=REVENUE, interval="day", is_running=True)
    line, circle = drawn["option"]["series"]
    assert [item["value"] for item in line["data"]] == [5.0, 7.0, None]
    assert [item["value"] for item in circle["data"]] == [None, None, 0.0]
    assert [row["name"] for [row] in drawn["figures"]] == ["This period", "This period, so far"]
    assert "lowest 5 on 2026-11-21" in drawn["words"]


def test_each_line_but_the_one_of_the_period_before_leaves_out_what_is_not_over() -> None:
    found = [
        series.Series("Email", [5.0, 0.0]),
        series.Series("Before", [4.0, 3.0], is_dashed=True),
    ]
    labels = ["2026-11-21", "2026-11-22"]
    drawn = series.lines(labels, found, measure=REVENUE, interval="day", is_running=True)
    values = [[item["value"] for item in one["data"]] for one in drawn["option"]["series"]]
    assert values == [[5.0, None], [4.0, 3.0], [None, 0.0]]
    assert drawn["figures"][2][0]["name"] == "Email, so far"


def test_what_stands_out_already_is_marked_on_the_circle_and_not_on_the_line() -> None:
    labels = ["2026-11-21", "2026-11-22"]
    band = series.Band([None, None], {"2026-11-21": "more", "2026-11-22": "less"})
    drawn = series.lines(
        labels, [series.Series("Sessions", [5.0, 0.0])], measure=REVENUE, interval="day",
        band=band, is_running=True,
    )["option"]["series"]  # fmt: skip
    line, circle = drawn[0], drawn[-1]
    assert [mark["name"] for mark in line["markPoint"]["data"]] == ["2026-11-21"]
    assert circle["itemStyle"]["borderColor"] == series.MARK
    assert "markPoint" not in circle
    assert [item["why"] for item in drawn[2]["data"]] == ["more", "less"]


def test_a_circle_is_drawn_although_its_date_has_no_room_on_the_axis() -> None:
    points = [Point("2026-11-22", 7.0), Point("2026-11-23", 0.0)]
    drawn = charts.trend(points, [], measure=REVENUE, interval="day", is_running=True)
    assert drawn["option"]["series"][1]["showAllSymbol"] is True


def test_bars_of_a_period_that_is_not_over_are_pale() -> None:
    found = [series.Series("New", [5.0, 1.0]), series.Series("Dormant", [-4.0, -9.0], 8)]
    labels = ["2026-11-21", "2026-11-22"]
    drawn = series.stacks(labels, found, measure=REVENUE, interval="day", is_running=True)
    bars = drawn["option"]["series"]
    values = [[item["value"] for item in bar["data"]] for bar in bars]
    assert values == [[5.0, None], [-4.0, None], [None, 1.0], [None, -9.0]]
    assert ["opacity" in bar["itemStyle"] for bar in bars] == [False, False, True, True]
    assert {bar["stack"] for bar in bars} == {"all"}
    assert drawn["figures"][2][0]["name"] == "New, so far"


@pytest.mark.parametrize(
    ("label", "interval", "is_running"),
    [
        pytest.param("2026-11-25T14:00", "hour", True, id="this hour"),
        pytest.param("2026-11-25T13:00", "hour", False, id="the hour before"),
        pytest.param("2026-11-25", "day", True, id="today"),
        pytest.param("2026-11-24", "day", False, id="yesterday"),
        pytest.param("2026-11-23", "week", True, id="this week"),
        pytest.param("2026-10-01", "month", False, id="the month before"),
    ],
)
def test_a_period_runs_until_the_next_begins(
    label: str, interval: periods.Interval, is_running: bool
) -> None:
    now = dt.datetime(2026, 11, 25, 14, 30, tzinfo=dt.UTC)
    assert periods.is_running([label], interval, now=now) is is_running


def test_a_trend_is_also_said_in_words() -> None:
    points = [Point("2026-11-21", 5.0), Point("2026-11-22", 7.0)]
    words = charts.trend(points, [], measure=REVENUE, interval="day")["words"]
    assert "lowest 5 on 2026-11-21, highest 7 on 2026-11-22" in words


def test_amounts_are_formatted_by_their_unit_and_currency() -> None:
    drawn = charts.trend([Point("2026-11-22", 1.0)], [], measure=REVENUE, interval="day")
    assert drawn["option"]["yAxis"]["axisLabel"]["formatter"] == "fn:axis:money,VND"
    assert drawn["figures"][0][0]["currency"] == "VND"


def test_a_ranking_has_the_greatest_on_top() -> None:
    items = [Item("a", 9, "brand=a"), Item("b", 3)]
    option = charts.ranking(items, measure=REVENUE)["option"]
    assert option["yAxis"]["data"] == ["b", "a"]
    assert option["series"][0]["data"][1] == {"value": 9, "name": "a", "go": "brand=a"}


def test_the_largest_bubble_earns_most() -> None:
    spots = [Spot("a", 10, 0.1, 100), Spot("b", 20, 0.2, 400), Spot("c", 5, 0, 0)]
    option = charts.scatter(spots, x=REVENUE, y=REVENUE, size=REVENUE)["option"]
    assert [item["symbolSize"] for item in option["series"][0]["data"]] == [19.0, 32.0, 6.0]


@pytest.mark.parametrize(
    ("days", "suited", "usual"),
    [
        pytest.param(1, ["hour"], "hour", id="a day by hours"),
        pytest.param(7, ["hour", "day"], "day", id="a week by days"),
        pytest.param(30, ["day", "week"], "day", id="a month by days"),
        pytest.param(90, ["day", "week", "month"], "day", id="a quarter by days"),
        pytest.param(365, ["day", "week", "month"], "week", id="a year by weeks"),
    ],
)
def test_an_interval_suits_its_period(days: int, suited: list[str], usual: str) -> None:
    period = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1) + dt.timedelta(days - 1))
    assert periods.suited(period) == suited
    assert periods.usual(period) == usual


@pytest.mark.parametrize(
    ("last", "style"),
    [
        pytest.param("2026-11-20T14:00", "hour", id="one day"),
        pytest.param("2026-11-21T14:00", "weekhour", id="several days"),
    ],
)
def test_hours_of_several_days_are_named_with_their_day(last: str, style: str) -> None:
    axis: Any = charts.period_axis(["2026-11-20T13:00", last], "hour")
    assert axis["axisLabel"]["formatter"] == f"fn:date:{style}"


def test_periods_that_have_not_begun_are_not_drawn() -> None:
    now = dt.datetime(2026, 11, 22, 15, 30, tzinfo=dt.UTC)
    hours = [now.replace(hour=hour, minute=0) for hour in (14, 15, 16)]
    rows = [{"period": hour, "value": 1} for hour in hours]
    found = periods.points(rows, now=now, currency=None)
    assert [point.period for point in found] == ["2026-11-22T14:00", "2026-11-22T15:00"]


def test_only_amounts_of_the_currency_shown_are_drawn() -> None:
    day = dt.date(2026, 11, 22)
    rows = [{"period": day, "value": n, "currency": c} for n, c in ((1, "VND"), (2, "USD"))]
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert [p.value for p in periods.points(rows, now=now, currency="USD")] == [2.0]


def test_a_sparkline_stays_within_its_box_whatever_the_values() -> None:
    for values in ([], [None], [3.0], [5.0, 5.0], [0.0, 1e12, None]):
        assert "nan" not in str(kit.sparkline(values))


@pytest.mark.parametrize(
    ("value", "text"), [(5.0, "5"), (0.1 + 0.2, "0.3"), (1e21, "1" + "0" * 21), (-2.5, "-2.5")]
)
def test_a_figure_travels_as_a_plain_number(value: float, text: str) -> None:
    assert kit.plain(value) == text
