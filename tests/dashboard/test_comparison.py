"""The period before: its change, and words where there is nothing or too little of it."""

import math
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from clickstream.dashboard import kit, periods
from clickstream.dashboard.charts import Point
from clickstream.dashboard.metrics import growth

NO_DATA_BEFORE = "from=2026-10-01&to=2026-10-10"
A_DAY_BEFORE = "from=2026-10-02&to=2026-10-31"
LINES = "document.querySelector('#{}').chart.getOption().series.length"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        pytest.param(3.0, 0.0, "new", id="nothing before"),
        pytest.param(60.0, 2.0, "little before", id="hardly anything before"),
        pytest.param(3.0, 2.0, "0.5", id="a change"),
        pytest.param(0.0, 0.0, None, id="nothing at all"),
        pytest.param(3.0, None, None, id="not compared"),
    ],
)
def test_a_change_is_a_percentage_only_where_one_means_anything(
    now: float, before: float | None, words: str | None
) -> None:
    shown = kit.delta(growth(now, before))
    assert (shown and shown.children[0]) == words


@pytest.mark.unit
def test_a_day_of_many_is_too_little_to_draw_a_line_of() -> None:
    points = [Point(f"2026-11-{day:02}", 0.0) for day in range(1, 21)]
    assert periods.comparable(points) == ([], periods.NOTHING)
    points[0] = Point("2026-11-01", 4.0)
    assert periods.comparable(points) == ([], periods.LITTLE)
    points[1] = Point("2026-11-02", 4.0)
    assert periods.comparable(points) == (points, None)
    assert periods.comparable([]) == ([], None)


@pytest.mark.unit
def test_growth_from_nothing_is_infinite() -> None:
    assert growth(1.0, 0.0) == math.inf


@pytest.mark.browser
@pytest.mark.parametrize(
    ("dates", "change", "words"),
    [
        pytest.param(NO_DATA_BEFORE, "new", periods.NOTHING, id="nothing"),
        pytest.param(A_DAY_BEFORE, "little before", periods.LITTLE, id="little"),
    ],
)
def test_without_a_period_to_compare_with_the_page_says_so(
    look: Any, standin: Any, dates: str, change: str, words: str
) -> None:
    with look(standin) as tab:
        page = tab.open(f"/?{dates}")
        tiles = page.locator(".tile")
        for title in ("Visitors", "Sessions", "Orders", "Revenue"):
            expect(tiles.filter(has_text=title).locator(".change")).to_have_text(change)
        expect(tiles.filter(has_text="Conversion rate").locator(".change")).to_have_count(0)
        expect(page.locator("#overview-trend_head")).to_contain_text(words)
        assert page.evaluate(LINES.format("overview-trend")) == 1
        tab.open(f"/?page=trends&{dates}")
        expect(page.locator("#trends-legend")).to_contain_text(words)
        assert page.evaluate(LINES.format("trends-chart")) == 1


@pytest.mark.browser
def test_a_period_to_compare_with_is_drawn_and_its_change_said(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/?from=2026-10-21&to=2026-10-30")
        expect(page.locator(".tile .change").first).to_have_text(re.compile(r"[▲▼] \d|no change"))
        assert page.evaluate(LINES.format("overview-trend")) == 2
