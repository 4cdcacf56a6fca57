"""The pages as axe-core judges them, and as one walks them by keyboard."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from clickstream.dashboard.app import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOCUSED = """
() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    name: at.getAttribute('aria-label') ?? at.textContent.trim(),
    isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.width > 0,
    isEnd: at === document.body,
  };
}
"""


def findings(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: each rule, and where it is broken first."""
    return [
        f"{found['impact']} {found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in Axe().run(page).response["violations"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("key", [page.key for page in PAGES])
def test_axe_finds_nothing_on_a_page(tab: Any, key: str, theme: str) -> None:
    tab.page.emulate_media(color_scheme=theme)
    page = tab.open(f"/?page={key}&range=30d&device=mobile")
    assert findings(page) == []


def test_axe_finds_nothing_where_there_are_no_figures_and_on_a_phone(tab: Any) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    page = tab.open("/?page=overview&from=2025-01-01&to=2025-01-02")
    assert findings(page) == []
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("button", name="Menu")).to_have_attribute("aria-expanded", "true")
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


@pytest.mark.parametrize("menu", ["Filter", "Dates"])
def test_axe_finds_nothing_in_an_open_menu(tab: Any, menu: str) -> None:
    page = tab.open("/?page=overview&range=30d")
    page.locator("header").get_by_role("button", name=menu, exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    tab.settle()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("header").get_by_role("button", name=menu, exact=True)).to_be_focused()


def test_the_first_key_leads_past_the_navigation(tab: Any) -> None:
    page = tab.open("/?page=products")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert "page=products" in page.url


@pytest.mark.parametrize("key", ["overview", "products", "funnels"])
def test_every_control_of_a_page_is_reached_by_the_tab_key_and_seen(tab: Any, key: str) -> None:
    page = tab.open(f"/?page={key}&range=30d")
    page.evaluate("document.activeElement.blur()")
    controls = page.locator(
        ":is(aside, header, main) :is(a[href], button, select, input):visible:not([disabled])"
    )
    reached: list[str] = []
    for _ in range(controls.count() + 20):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["isEnd"]:
            break
        assert focused["isSeen"], focused
        reached.append(focused["name"])
    assert len(reached) >= controls.count()


def test_a_table_is_ordered_and_a_value_chosen_by_keyboard_alone(tab: Any) -> None:
    page = tab.open("/?page=acquisition")
    order = page.locator("#acquisition-table").get_by_role("button", name="Visitors", exact=True)
    order.focus()
    page.keyboard.press("Enter")
    tab.settle()
    assert "sort=-visitors" in page.url
    expect(order).to_be_focused()
    page.locator("#acquisition-table").get_by_role("button", name="Email", exact=True).focus()
    page.keyboard.press("Space")
    tab.settle()
    assert "channel=Email" in page.url


def test_every_chart_is_told_in_words(tab: Any) -> None:
    for key in (page.key for page in PAGES):
        page = tab.open(f"/?page={key}&range=30d")
        charts = page.locator("[data-page]:not([hidden]) .chart-box:not(.is-blank) .chart")
        for place in range(charts.count()):
            assert len(charts.nth(place).get_attribute("aria-label") or "") > 15, (key, place)
