"""The dashboard in a real browser."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from clickstream.errors import WarehouseError

pytestmark = pytest.mark.browser
HIGHEST = re.compile("^Visitors by day from .* highest")
DASH = "\N{EN DASH}"
HOSTILE = '<img src=x onerror="window.hacked=1">{{7*7}}'


@pytest.mark.parametrize("path", ["/", "/?page=products"])
def test_a_shop_without_events_is_told_how_to_send_one(look: Any, standin: Any, path: str) -> None:
    standin.scale = 0
    with look(standin) as tab:
        page = tab.open(path)
        expect(page.get_by_role("heading", name="No events yet")).to_be_visible()
        expect(page.locator("#example")).to_contain_text("curl http://127.0.0.1:8080/clickstream")
        expect(page.locator("[data-page]").first).to_be_hidden()


@pytest.mark.parametrize(
    "path",
    ["/?range=90d&from=2024-01-01&to=2024-01-31", "/?page=products&from=2024-01-01&to=2024-01-31"],
)
def test_days_without_events_say_what_to_do(look: Any, standin: Any, path: str) -> None:
    with look(standin) as tab:
        page = tab.open(path)
        expect(page.get_by_text("Nothing in these dates").first).to_be_visible()
        page.get_by_role("button", name="Last 90 days").first.click()
        tab.settle()
        expect(page.get_by_text("Nothing in these dates")).to_have_count(0)


@pytest.mark.parametrize(
    ("scale", "products"), [pytest.param(2, 1, id="little"), pytest.param(4e7, 3000, id="much")]
)
def test_both_pages_draw_little_and_much(
    look: Any, standin: Any, scale: float, products: int
) -> None:
    standin.scale, standin.products = scale, products
    with look(standin) as tab:
        page = tab.open("/")
        expect(page.locator(".tile")).to_have_count(6)
        expect(page.locator("#overview-trend canvas")).to_be_visible()
        page.get_by_role("link", name="Products").click()
        tab.settle()
        expect(page.locator("#products-table tbody tr")).to_have_count(min(products, 25))
        fits = "document.scrollingElement.scrollWidth <= innerWidth"
        assert page.evaluate(fits)


def test_charts_are_drawn_although_their_library_comes_last(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        held: list[Any] = []

        def hold(route: Any) -> None:
            held.append(route)

        tab.page.route("**/echarts.min.js*", hold)
        tab.page.goto(tab.address, wait_until="commit")
        tab.page.wait_for_selector("html[data-settled]:not([data-busy])")
        expect(tab.page.locator("#overview-trend")).to_have_attribute("aria-label", HIGHEST)
        expect(tab.page.locator("#overview-trend canvas")).to_have_count(0)
        held[0].continue_()
        tab.settle()
        expect(tab.page.locator("#overview-trend canvas")).to_be_visible()


def test_figures_read_in_the_locale_and_currency_of_the_reader(look: Any, standin: Any) -> None:
    standin.currency = "EUR"
    with look(standin, locale="de-DE") as tab:
        page = tab.open("/?page=products&by=brand")
        expect(page.locator("#products-table tbody tr").first).to_contain_text("1.231.250.000,00 €")


def test_a_filter_narrows_every_page_and_stays(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        sessions = page.locator(".tile", has_text="Sessions").locator("data").first
        before = sessions.inner_text()
        page.get_by_role("button", name="Filter", exact=True).click()
        page.get_by_role("tab", name="Device").click()
        page.get_by_role("checkbox", name="Mobile").check()
        tab.settle()
        assert "device=mobile" in page.url
        expect(sessions).not_to_have_text(before)
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Products").click()
        tab.settle()
        chip = page.get_by_role("button", name="Remove mobile")
        expect(chip).to_be_visible()
        assert dict(standin.asked[-1].options)["only_device"] == ("mobile",)
        chip.click()
        tab.settle()
        assert "device" not in page.url


def test_choosing_a_channel_of_the_list_filters_by_it(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        page.get_by_role("button", name="Email").first.click()
        tab.settle()
        assert "channel=Email" in page.url
        expect(page.locator("#overview-channels .bars button")).to_have_count(1)


def test_a_link_shows_the_same_view_and_back_goes_back(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/?page=products&range=7d&channel=Email&sort=-views&n=2")
        expect(page.get_by_role("heading", name="Products", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Views")
        expect(page.locator(".pager")).to_contain_text("26-50 of 60")
        page.get_by_role("link", name="Overview").click()
        tab.settle()
        assert page.url.endswith("/?range=7d&channel=Email")
        page.go_back()
        tab.settle()
        expect(page.locator(".pager")).to_contain_text("26-50 of 60")


def test_a_hostile_link_shows_the_default_view(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/?page=<script>&range='&metric=__proto__&sort=%00&n=-1&channel=%00x")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        expect(page.locator(".tile")).to_have_count(6)


def test_own_dates_are_chosen_from_the_calendar(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        page.get_by_role("button", name="Dates").click()
        page.get_by_role("textbox", name="From").fill("2026-11-01")
        page.get_by_role("textbox", name="To", exact=True).fill("2026-11-07")
        page.get_by_role("button", name="Show these dates").click()
        tab.settle()
        assert "from=2026-11-01&to=2026-11-07" in page.url
        expect(page.locator("#overview-trend_head")).to_contain_text(f"Nov 1 {DASH} Nov 7, 2026")
        expect(page.locator("#overview-trend_head")).to_contain_text(f"Oct 25 {DASH} Oct 31, 2026")


def test_comparison_can_be_left_out(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        expect(page.locator(".tile .change")).to_have_count(6)
        page.get_by_role("button", name="Compare with the period before").click()
        tab.settle()
        expect(page.locator(".tile .change")).to_have_count(0)
        expect(page.locator("#overview-trend_head .legend i")).to_have_count(1)


def test_a_headline_number_chooses_what_the_trend_shows(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        page.locator(".tile button", has_text="Revenue").first.click()
        tab.settle()
        expect(page.locator(".trend-head h2")).to_have_text("Revenue")
        expect(page.locator(".tile [aria-pressed=true]")).to_contain_text("Revenue")
        assert "Revenue by day" in (
            page.locator("#overview-trend").get_attribute("aria-label") or ""
        )


def test_what_a_number_means_is_said_on_focus(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        page.get_by_role("button", name="What is Sessions?").focus()
        expect(page.locator("#hint")).to_contain_text("30 minutes without an event")
        page.keyboard.press("Escape")
        expect(page.locator("#hint")).to_be_hidden()


def test_the_table_is_ordered_and_turned_by_keyboard_without_losing_the_place(
    look: Any, standin: Any
) -> None:
    with look(standin) as tab:
        page = tab.open("/?page=products")
        page.get_by_role("button", name="Views", exact=True).focus()
        page.keyboard.press("Enter")
        tab.settle()
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Views")
        assert page.evaluate("document.activeElement.dataset.focus") == "sort-views"
        page.keyboard.press("Enter")
        tab.settle()
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Views")
        page.get_by_role("button", name="Next").click()
        tab.settle()
        expect(page.locator(".pager")).to_contain_text("26-50 of 60")


def test_a_search_narrows_the_table(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/?page=products")
        page.get_by_placeholder("Search by name").fill("product 1")
        expect(page.locator(".pager")).to_contain_text("1-11 of 11")
        page.get_by_placeholder("Search by name").fill("nowhere")
        expect(page.get_by_text("Nothing is named like “nowhere”.")).to_be_visible()


def test_hostile_names_stay_text_everywhere(look: Any, standin: Any, tmp_path: Path) -> None:
    standin.names = lambda n: f"{HOSTILE}{n}"
    standin.brands = (HOSTILE, "=HYPERLINK(1)")
    with look(standin) as tab:
        page = tab.open("/?page=products")
        expect(page.locator("#products-table td").first).to_contain_text(HOSTILE)
        for chart in ("ranking", "scatter"):
            box = page.locator(f"#products-{chart}").bounding_box()
            assert box
            for part in range(1, 30):
                page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * part / 30)
        expect(page.locator(".tip").first).to_contain_text("<img")
        page.get_by_role("button", name="Filter", exact=True).click()
        page.get_by_role("tab", name="Brand").click()
        page.get_by_role("checkbox", name="<img").check()
        tab.settle()
        expect(page.locator(".chip")).to_contain_text(HOSTILE)
        with page.expect_download() as download:
            page.locator("[data-export=products-products]").click()
        download.value.save_as(tmp_path / "products.csv")
        rows = list(csv.reader(io.StringIO((tmp_path / "products.csv").read_text("utf-8"))))
        assert rows[1][1] == f"{HOSTILE}0"
        assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("path", ["/", "/?page=products"])
def test_a_warehouse_that_is_away_is_said_in_words(look: Any, standin: Any, path: str) -> None:
    standin.error = WarehouseError("Could not connect to postgresql://reader:secret@db/x")
    with look(standin) as tab:
        page = tab.open(path)
        expect(page.get_by_role("alert")).to_contain_text("The warehouse does not answer")
        expect(page.get_by_text("The warehouse is away").first).to_be_visible()
        text = page.locator("body").inner_text()
        assert "secret" not in text
        assert "Traceback" not in text
        standin.error = None
        expect(page.get_by_role("alert")).to_have_count(0, timeout=15_000)
        tab.settle()
        expect(page.get_by_text("The warehouse is away")).to_have_count(0)


def test_a_part_that_fails_leaves_the_others_standing(look: Any, standin: Any) -> None:
    standin.broken = "pages"
    with look(standin) as tab:
        page = tab.open("/")
        expect(page.locator("#overview-pages")).to_contain_text("Something unexpected happened")
        expect(page.locator(".tile")).to_have_count(6)


def test_a_load_that_failed_is_said_beside_the_older_figures(look: Any, standin: Any) -> None:
    standin.problem = "The lake could not be read."
    with look(standin) as tab:
        page = tab.open("/")
        expect(page.locator(".notice")).to_contain_text("The lake could not be read.")
        expect(page.locator(".tile")).to_have_count(6)


def test_new_figures_come_by_themselves(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        number = page.locator(".tile data").first
        before = number.inner_text()
        standin.scale, standin.version = 5000, "2"
        expect(number).not_to_have_text(before, timeout=40_000)


def test_questions_that_are_overtaken_are_cancelled(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        standin.delay = 1.0
        for name in ("7 days", "30 days", "90 days"):
            page.get_by_role("button", name=name).click()
            page.wait_for_timeout(150)
        tab.settle()
        cancelled = {dict(asked.options)["from_"] for asked in standin.cancelled}
        assert {"2026-11-16", "2026-10-24"} <= cancelled
        expect(page.locator("#overview-trend_head")).to_contain_text(f"Aug 25 {DASH} Nov 22, 2026")


def test_dark_follows_the_system_and_the_choice_stays(look: Any, standin: Any) -> None:
    with look(standin, color_scheme="dark") as tab:
        page = tab.open("/")
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(ground) == "rgb(13, 14, 17)"
        page.get_by_role("button", name="Light or dark").click()
        assert page.evaluate(ground) == "rgb(250, 250, 250)"
        page.reload()
        tab.settle()
        assert page.evaluate(ground) == "rgb(250, 250, 250)"


@pytest.mark.parametrize("path", ["/", "/?page=products"])
def test_a_phone_shows_it_all_without_scrolling_sideways(
    look: Any, standin: Any, path: str
) -> None:
    with look(standin, viewport={"width": 390, "height": 800}, has_touch=True) as tab:
        page = tab.open(path)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Products").click()
        tab.settle()
        expect(page.get_by_role("heading", name="Products", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="Overview")).to_be_hidden()


def test_a_dashboard_that_goes_away_says_so(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        page = tab.open("/")
        page.evaluate("Shiny.shinyapp.$socket.close()")
        expect(page.get_by_text("The dashboard is away")).to_be_visible()
        page.wait_for_selector("html:not([data-lost])")
        tab.settle()
