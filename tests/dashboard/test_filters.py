"""The view of the dashboard, to and from the URL."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream.dashboard.filters import Filters, Period, View, read_view

pytestmark = pytest.mark.unit
PAGES = ["overview", "products"]
TODAY = dt.date(2026, 11, 22)


def test_an_empty_query_is_the_first_page_of_the_last_fourteen_days_compared() -> None:
    view = read_view("", PAGES)
    assert view == View(page="overview")
    assert view.filters.period(TODAY) == Period(dt.date(2026, 11, 9), TODAY)
    assert view.filters.compare


def test_a_period_is_compared_with_as_many_days_directly_before() -> None:
    period = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 22))
    assert period.before() == Period(dt.date(2026, 10, 26), dt.date(2026, 11, 8))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("range=7d", Filters(range="7d"), id="a preset"),
        pytest.param("range=1000y", Filters(), id="an unknown preset is the default"),
        pytest.param("compare=off", Filters(compare=False), id="without comparison"),
        pytest.param("currency=VND", Filters(currency="VND"), id="a currency"),
        pytest.param("currency=<b>", Filters(), id="no currency"),
        pytest.param(
            "from=2026-11-03&to=2026-11-01",
            Filters(custom=Period(dt.date(2026, 11, 1), dt.date(2026, 11, 3))),
            id="dates the wrong way round are turned",
        ),
        pytest.param("from=2026-02-30&to=2026-03-01", Filters(), id="a day that is none"),
        pytest.param("from=0001-01-01&to=9999-12-31", Filters(), id="absurd dates"),
        pytest.param(
            "channel=Email&channel=Direct&channel=Email",
            Filters(chosen=(("channel", ("Direct", "Email")),)),
            id="several values, each once, in order",
        ),
        pytest.param("channel=a%00b", Filters(), id="a control character"),
        pytest.param("channel=" + "x" * 201, Filters(), id="too long a value"),
    ],
)
def test_filters_are_read_and_what_cannot_be_meant_is_left_out(
    query: str, expected: Filters
) -> None:
    assert read_view(query, PAGES).filters == expected


def test_a_page_reads_its_own_settings_within_what_it_allows() -> None:
    view = read_view("page=products&sort=-views&n=3&by=<script>", PAGES)
    assert view.page == "products"
    assert view.choice("sort", ["-views"], "x") == "-views"
    assert view.choice("by", ["brand"], "product") == "product"
    assert view.number("n", 1) == 3


@pytest.mark.parametrize("text", ["0", "-1", "1e9", "123456", "²", "x"])
def test_a_number_of_a_page_is_never_absurd(text: str) -> None:
    assert read_view(f"n={text}", PAGES).number("n", 1) == 1


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    view = read_view(text, PAGES)
    assert view.page in PAGES
    assert view.filters.period(TODAY).days >= 1


@given(
    st.sampled_from(["today", "7d", "14d", "90d"]),
    st.booleans(),
    st.sets(st.sampled_from(["Email", "Paid Search", "a&b=c", "%", "Tìm kiếm", "+"])),
)
def test_a_view_written_into_a_url_is_read_back_the_same(
    preset: str, compare: bool, channels: set[str]
) -> None:
    chosen = (("channel", tuple(sorted(channels))),) if channels else ()
    view = View(page="products", filters=Filters(range=preset, compare=compare, chosen=chosen))
    assert read_view(view.to_query(), PAGES) == view
