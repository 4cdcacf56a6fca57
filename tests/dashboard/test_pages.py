"""Every page in a real browser, over a shop that was simulated, loaded, and named with malice."""

import csv
import datetime as dt
import io
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from clickstream.dashboard.app import PAGES
from clickstream.errors import WarehouseError
from shop import HOSTILE, NOW

pytestmark = pytest.mark.browser
KEYS = [page.key for page in PAGES]
LONG_AGO = "from=2024-01-01&to=2024-01-31"
PHONE = {"width": 390, "height": 844}
WIDER = """
() => document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('*')]
  .filter((el) => el.getBoundingClientRect().right > innerWidth + 1 && !el.closest('.table-scroll'))
  .map((el) => el.outerHTML.slice(0, 150))
"""
JUTTING = """
() => [...document.querySelectorAll('[data-page]:not([hidden]) .card *')].filter((el) => {
  const scrolls = '.table-scroll *, .chart, .table-tools .seg *, .card-head .seg *, .sr';
  if (!el.checkVisibility() || el.closest(scrolls)) return false;
  const own = el.getBoundingClientRect(), card = el.closest('.card').getBoundingClientRect();
  return own.width && (own.right > card.right + 1 || own.left < card.left - 1);
}).map((el) => el.outerHTML.slice(0, 150))
"""
CUT = """
() => [...document.querySelectorAll(
    '[data-page]:not([hidden]) :is(.tile-name, .tile-value, .tile-under, h2, .sub, .step > span)')]
  .filter((el) => el.scrollWidth > el.clientWidth + 1).map((el) => el.outerHTML.slice(0, 150))
"""
CHART = "document.querySelector('#trends-chart').chart"
NAMELESS = """
() => [...document.querySelectorAll(
    '[data-page]:not([hidden]) :is(button, input, select, a), header :is(button, input, select)')]
  .filter((el) => !(el.getAttribute('aria-label') || el.textContent.trim()
    || el.labels?.[0]?.textContent.trim() || el.placeholder))
  .map((el) => el.outerHTML.slice(0, 120))
"""


@pytest.mark.parametrize("key", KEYS)
def test_a_page_shows_its_figures_wide_and_on_a_phone(tab: Any, key: str) -> None:
    page = tab.open(f"/?page={key}")
    title = next(one.title for one in PAGES if one.key == key)
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name=title)).to_be_visible()
    expect(page.get_by_text("This could not be loaded")).to_have_count(0)
    expect(page.locator("[data-page]:not([hidden]) .words")).to_have_count(
        0 if key != "funnels" else 1
    )
    assert page.evaluate(WIDER) == []
    assert page.evaluate(NAMELESS) == []
    page.set_viewport_size(PHONE)
    page.reload()
    tab.settle()
    assert page.evaluate(WIDER) == []


@pytest.mark.parametrize("key", KEYS)
def test_nothing_juts_out_of_its_card_or_is_cut_off(tab: Any, key: str) -> None:
    page = tab.open(f"/?page={key}")
    for width in (1440, 1200, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        tab.settle()
        assert page.evaluate(WIDER) == [], width
        assert page.evaluate(JUTTING) == [], width
        assert page.evaluate(CUT) == [], width


def test_periods_that_are_not_over_do_not_look_like_a_fall(tab: Any) -> None:
    for path, chart in (
        ("funnels&range=14d", "funnels-trend"),
        ("retention&range=14d", "retention-lifecycle"),
        ("live", "live-minutes"),
    ):
        page = tab.open(f"/?page={path}")
        drawn = page.evaluate(f"document.querySelector('#{chart}').chart.getOption().series")
        lasts = [one["data"][-1]["value"] for one in drawn]
        half = len(drawn) // 2
        assert lasts[:half] == [None] * half, chart
        assert None not in lasts[half:], chart


@pytest.mark.parametrize("key", [key for key in KEYS if key != "live"])
def test_a_page_says_in_words_that_days_have_nothing(tab: Any, key: str) -> None:
    page = tab.open(f"/?page={key}&{LONG_AGO}")
    expect(page.get_by_text("This could not be loaded")).to_have_count(0)
    assert page.locator("[data-page]:not([hidden]) .words:visible").count() >= 1


def test_every_page_says_that_the_warehouse_is_away_and_recovers(look: Any, standin: Any) -> None:
    standin.error = WarehouseError("Could not connect to postgresql://reader:secret@db/x")
    with look(standin) as tab:
        for key in KEYS:
            page = tab.open(f"/?page={key}")
            expect(page.get_by_role("alert")).to_contain_text("The warehouse does not answer")
            text = page.locator("body").inner_text()
            assert "secret" not in text
            assert "Traceback" not in text


def test_every_table_is_taken_away_as_csv_that_is_safe_to_open(tab: Any) -> None:
    page = tab.open("/")
    for one in PAGES:
        for name in one.exports:
            answer = page.request.get(f"{tab.address}/export/{one.key}-{name}.csv?page={one.key}")
            assert answer.status == 200, (one.key, name)
            rows = list(csv.reader(io.StringIO(answer.text())))
            assert rows[0], (one.key, name)
            assert not [c for row in rows for c in row if c[:1] in "=+@\t" and c[:1]], (
                one.key,
                name,
            )


def test_hostile_names_are_text_on_the_pages_that_list_names(tab: Any) -> None:
    for path, place in (
        (f"events&event={quote(HOSTILE)}", "#events-table"),
        ("acquisition&by=campaign", "#acquisition-table"),
        ("orders", "#orders-table"),
        ("health", "#health-anomalies"),
        ("trends&by=country", "#trends-table"),
        ("journeys&node=event_name", "#journeys-nodes"),
        ("funnels&by=campaign", "#funnels-by"),
    ):
        page = tab.open(f"/?page={path}&q=")
        expect(page.locator(place)).to_contain_text("<img src=x")
        assert page.evaluate("document.querySelectorAll('main img').length") == 0


def test_channels_sources_and_campaigns_are_listed_and_filter(tab: Any) -> None:
    page = tab.open("/?page=acquisition")
    expect(page.locator("#acquisition-course canvas")).to_be_visible()
    expect(page.locator("#acquisition-assistants .bars")).to_contain_text("chatgpt.com")
    page.get_by_role("button", name="Campaigns").click()
    tab.settle()
    expect(page.locator("#acquisition-table th").first).to_have_text("Campaign")
    page.get_by_role("button", name="Channels").click()
    tab.settle()
    page.locator("#acquisition-table").get_by_role("button", name="Email").click()
    tab.settle()
    assert "channel=Email" in page.url
    expect(page.locator("#acquisition-table tbody tr")).to_have_count(1)


def test_attribution_models_stand_side_by_side_and_add_up_to_the_same(tab: Any) -> None:
    page = tab.open("/?page=attribution")
    answer = page.request.get(f"{tab.address}/export/attribution-credits.csv?page=attribution")
    rows = list(csv.DictReader(io.StringIO(answer.text())))
    models = [name for name in rows[0] if name.endswith("_conversions")]
    sums = {round(sum(float(row[model]) for row in rows), 4) for model in models}
    assert (len(models), len(sums)) == (8, 1)
    page.get_by_role("button", name="Revenue", exact=True).click()
    tab.settle()
    expect(page.locator("#attribution-table td").nth(1)).to_contain_text("₫")


def test_retention_is_by_first_visit_or_order_and_by_period(tab: Any) -> None:
    page = tab.open("/?page=retention")
    expect(page.locator(".heat tbody tr").first).to_contain_text("All together")
    days = page.locator(".heat tbody tr").count()
    page.get_by_role("button", name="Week", exact=True).click()
    tab.settle()
    assert page.locator(".heat tbody tr").count() < days
    expect(page.locator(".heat .running").first).to_be_visible()
    page.get_by_role("button", name="First order").click()
    tab.settle()
    page.get_by_role("button", name="In it or later").click()
    tab.settle()
    assert "interval=week&of=purchase&later=on" in page.url


def test_trends_show_any_metric_by_any_field_and_mark_what_stood_out(tab: Any) -> None:
    page = tab.open("/?page=trends&metric=visitors")
    expect(page.locator("#trends-legend")).to_contain_text("Unusual")
    page.get_by_role("combobox", name="Metric").select_option(label="Revenue")
    tab.settle()
    page.locator("#trends-controls").get_by_label("Broken down by").select_option(label="By device")
    tab.settle()
    expect(page.locator("#trends-legend")).to_contain_text("Mobile")
    expect(page.locator("#trends-table td").nth(1)).to_contain_text("₫")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    tab.settle()
    expect(page.get_by_role("combobox", name="Metric")).to_have_value("revenue")


def test_what_was_expected_is_a_band_and_a_mark_says_what_explains_it(tab: Any) -> None:
    page = tab.open("/?page=trends&metric=visitors&range=14d&compare=off")
    expect(page.locator("#trends-legend")).to_have_text("VisitorsExpectedUnusual")
    expect(page.get_by_role("img", name="with what was expected, 1 unusual")).to_be_visible()
    labels = page.evaluate(f"{CHART}.getOption().xAxis[0].data")
    band = "find((one) => one.data.some((point) => point.expected))"
    shades = page.evaluate(f"{CHART}.getOption().series.{band}.data.map((one) => one.expected)")
    known = [label for label, value in zip(labels, shades, strict=True) if value]
    assert known[0] == "2026-11-12"  # those of the days before score nothing: too newly watched
    shown = {"type": "showTip", "seriesIndex": 0, "dataIndex": labels.index("2026-11-18")}
    page.evaluate(f"(shown) => {CHART}.dispatchAction(shown)", shown)
    tip = page.locator(".tip")
    expect(tip).to_contain_text("Expected3833 \N{EN DASH} 45")
    expect(tip).to_contain_text("less than expected, mostly by channel <img src=x")
    expect(page.locator("#trends-table")).to_contain_text("(63%)")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param(
            "metric=visitors&to=2026-11-17&from=2026-11-12", "calls for an alarm", id="calm"
        ),
        pytest.param("metric=visitors&device=mobile", "of the whole shop", id="filtered"),
        pytest.param("metric=visitors&by=device", "of the whole shop", id="broken down"),
        pytest.param("metric=visitors&interval=week", "by hour and by day", id="by week"),
        pytest.param("metric=refunded", "is not watched", id="not watched"),
    ],
)
def test_where_nothing_stands_out_the_trend_says_why(tab: Any, query: str, words: str) -> None:
    page = tab.open(f"/?page=trends&range=30d&{query}")
    expect(page.locator("#trends-legend")).to_contain_text(words)
    expect(page.locator("#trends-legend")).not_to_contain_text("Unusual")


def test_segments_filter_every_page(tab: Any) -> None:
    page = tab.open("/?page=customers&range=30d")
    page.get_by_role("button", name="Behaviour").click()
    tab.settle()
    page.locator("#customers-segments").get_by_role("button", name="One-time buyer").click()
    tab.settle()
    expect(page.locator(".chip")).to_contain_text("One time buyer")
    page.get_by_role("link", name="Orders & carts").click()
    tab.settle()
    assert "segment=one-time-buyer" in page.url
    expect(page.get_by_text("This could not be loaded")).to_have_count(0)


def test_live_shows_the_last_half_hour_whatever_the_dates(tab: Any) -> None:
    page = tab.open(f"/?page=live&{LONG_AGO}")
    expect(page.locator("#live-minutes canvas")).to_be_visible()
    expect(page.locator("#live-pages .bars-row").first).to_be_visible()


def test_events_are_turned_filtered_and_opened_one_by_one(tab: Any) -> None:
    page = tab.open("/?page=events")
    first = page.locator("#events-table tbody tr").first.inner_text()
    page.get_by_role("button", name="Earlier").click()
    tab.settle()
    assert page.locator("#events-table tbody tr").first.inner_text() != first
    page.get_by_role("button", name="Latest", exact=True).click()
    tab.settle()
    page.get_by_role("combobox", name="Event", exact=True).select_option("product_view")
    tab.settle()
    page.locator("#events-table tbody tr button").first.click()
    tab.settle()
    opened = page.locator(".opened")
    expect(opened.locator("h2")).to_have_text("product_view")
    expect(opened).to_contain_text("product_name")
    expect(opened.locator("pre").first).to_contain_text(HOSTILE.replace('"', '\\"'))
    link = page.url
    page.goto(link)
    tab.settle()
    opened.get_by_role("button", name="Close the event").click()
    tab.settle()
    expect(opened).to_have_count(0)
    assert "event=product_view" in page.url


def test_an_opened_event_is_in_sight_on_a_phone(tab: Any) -> None:
    page = tab.open("/?page=events&range=30d")
    page.set_viewport_size(PHONE)
    page.locator("#events-table tbody tr td button").nth(9).click()
    tab.settle()
    expect(page.locator(".opened h2")).to_be_in_viewport()
    page.locator(".opened").get_by_role("button", name="Close the event").click()
    expect(page.locator(".opened")).to_have_count(0)


def test_an_event_that_is_not_there_is_said_in_words(tab: Any) -> None:
    page = tab.open("/?page=events&open=nowhere")
    expect(page.get_by_text("No event has the id “nowhere”.")).to_be_visible()


def test_data_health_tells_of_runs_rejects_checks_and_anomalies(tab: Any) -> None:
    page = tab.open("/?page=health")
    expect(page.locator("#health-runs")).to_contain_text("succeeded")
    expect(page.locator("#health-rejects")).to_contain_text("invalid_field")
    expect(page.locator("#health-checks")).to_contain_text("failed")
    expect(page.locator("#health-anomalies")).to_contain_text("less than expected")


def test_time_zone_bots_and_values_are_chosen_in_the_filter_menu(tab: Any) -> None:
    page = tab.open("/?page=trends")
    bots = page.request.get(f"{tab.address}/export/trends-trend.csv?bots=only").text()
    assert bots != page.request.get(f"{tab.address}/export/trends-trend.csv").text()
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("tab", name="Time zone").click()
    page.get_by_role("combobox", name="Time zone", exact=True).select_option("Asia/Tokyo")
    tab.settle()
    page.get_by_role("tab", name="Bots and staff").click()
    page.get_by_role("group", name="Bots").get_by_role("button", name="Include").click()
    tab.settle()
    page.get_by_role("tab", name="Browser").click()
    page.get_by_role("checkbox", name="Chrome", exact=True).check()
    tab.settle()
    page.keyboard.press("Escape")
    expect(page.locator(".chip")).to_have_count(3)
    assert "tz=Asia%2FTokyo" in page.url
    page.get_by_role("button", name="Clear all").click()
    tab.settle()
    assert page.url.endswith("/?page=trends")


def test_the_tabs_of_the_filter_menu_are_walked_by_arrows(tab: Any) -> None:
    page = tab.open("/")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("tab", name="Channel").press("ArrowDown")
    expect(page.get_by_role("tab", name="Device")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Mobile")).to_be_visible()
    page.keyboard.press("Escape")


def test_products_tell_of_the_carts_they_were_left_in_and_of_discounts(tab: Any) -> None:
    page = tab.open("/?page=products&range=30d")
    shown = page.locator("#products-kind")
    expect(shown.locator("th").first).to_have_text("Product")
    carts = page.request.get(f"{tab.address}/export/products-kind.csv?page=products&range=30d")
    rows = list(csv.DictReader(io.StringIO(carts.text())))
    states = ("ordered_carts", "abandoned_carts", "pending_carts")
    assert all(int(row["carts"]) == sum(int(row[name]) for name in states) for row in rows)
    left = [int(row["abandoned_carts"]) for row in rows]
    assert left == sorted(left, reverse=True)
    assert left[0] > 0
    page.get_by_role("button", name="Brands").click()
    tab.settle()
    expect(shown.locator("th").first).to_have_text("Brand")
    page.get_by_role("button", name="Discounts", exact=True).click()
    tab.settle()
    expect(shown.locator("tbody tr").first).to_contain_text("Full price")
    expect(shown.locator("tbody tr").nth(1)).to_contain_text("₫")
    assert "kind=prices" in page.url


def test_orders_stand_beside_the_shops_own_where_those_are_known(tab: Any) -> None:
    page = tab.open("/?page=orders&range=30d")
    shown = page.locator("#orders-books")
    expect(shown.get_by_role("heading")).to_have_text("Beside the shop's own orders")
    answer = page.request.get(f"{tab.address}/export/orders-books.csv?page=orders&range=30d")
    rows = list(csv.DictReader(io.StringIO(answer.text())))
    counts = Counter(row["status"] for row in rows)
    assert (counts["missing"], counts["different"]) == (1, 1)
    for title in ("Missing", "Different"):
        expect(shown.locator(".tile", has_text=title).locator("data")).to_have_text("1")
    extra = shown.locator(".tile", has_text="Extra").locator("data")
    expect(extra).to_have_text(str(counts["extra"]))
    expect(shown.locator("tbody tr").first).to_contain_text("missing")
    expect(shown).to_contain_text("<img src=x")


def test_without_the_shops_own_orders_nothing_is_said_of_them(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/?page=orders")
        expect(page.locator("#orders-headline .tile").first).to_be_visible()
        expect(page.locator("#orders-books")).to_be_empty()


def test_a_load_that_is_late_is_said_beside_the_figures(look: Any, standin: Any) -> None:
    standin.last_run_at = NOW - dt.timedelta(hours=3)
    with look(standin) as tab:
        page = tab.open("/")
        expect(page.locator(".notice")).to_contain_text("No load has run lately")
        expect(page.locator(".tile")).to_have_count(6)


def test_the_first_load_is_told_while_its_figures_grow(look: Any, standin: Any) -> None:
    standin.is_first_load, standin.last_run_at = True, NOW
    with look(standin) as tab:
        page = tab.open("/")
        expect(page.locator(".notice")).to_contain_text("The first load is running")
        expect(page.locator(".side .fresh")).to_contain_text("First load running")
        expect(page.get_by_text("Nothing loaded yet")).to_have_count(0)
        expect(page.locator(".tile")).to_have_count(6)


def test_customers_are_shown_with_what_they_will_be_worth(tab: Any) -> None:
    page = tab.open("/?page=customers&range=30d")
    page.get_by_role("button", name="Expected value").click()
    tab.settle()
    expect(page.locator("#customers-customers th").last).to_contain_text("Expected value")
    assert "show=value" in page.url
