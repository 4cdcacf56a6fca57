"""The Journeys page in a real browser, and the flow that it draws."""

from typing import Any

import pytest
from playwright.sync_api import expect

from clickstream.analytics import Report
from clickstream.dashboard.pages.journeys_data import REST, STOPS, folders, make_flow


@pytest.mark.browser
def test_journeys_are_drawn_and_start_where_a_node_is_chosen(tab: Any) -> None:
    page = tab.open("/?page=journeys")
    expect(page.locator("#journeys-flow canvas")).to_be_visible()
    words = page.locator("#journeys-flow").get_attribute("aria-label") or ""
    assert "Journeys in 5 steps; most sessions" in words
    expect(page.locator(".paths li")).to_have_count(12)
    page.get_by_label("Through", exact=True).select_option("action")
    tab.settle()
    page.locator("#journeys-nodes").get_by_role("button", name="Product viewed").click()
    tab.settle()
    assert "start=view_item" in page.url
    expect(page.locator(".paths li").first.locator(".path-node").first).to_have_text(
        "Product viewed"
    )


@pytest.mark.browser
def test_journeys_lead_to_an_end_that_is_typed(tab: Any) -> None:
    page = tab.open("/?page=journeys&node=action&length=3")
    page.get_by_role("combobox", name="To").fill("purchase")
    page.get_by_role("combobox", name="To").press("Enter")
    tab.settle()
    lasts = page.locator(".path .path-node:last-child").all_inner_texts()
    assert set(lasts) == {"Ordered"}
    page.reload()
    tab.settle()
    expect(page.get_by_role("combobox", name="To")).to_have_value("purchase")


@pytest.mark.browser
def test_a_node_that_nobody_met_is_said_in_words(tab: Any) -> None:
    page = tab.open("/?page=journeys&start=/nowhere")
    expect(page.locator("#journeys-flow_words")).to_contain_text("Nothing in these dates")


def report(*rows: tuple[int, str, str, int]) -> Report:
    keys = ("position", "from_node", "to_node", "sessions")
    shown = [dict(zip(keys, row, strict=True)) for row in rows]
    return Report(name="journeys", params={"node": "page"}, columns=(), rows=shown)


@pytest.mark.unit
def test_rare_nodes_of_a_step_are_one_and_nothing_is_lost() -> None:
    rows = [(1, "/", f"/{n}", 100 - n) for n in range(20)]
    flow = make_flow(report(*rows))
    ends = [stop.name for stop in flow.stops if stop.depth == 1]
    assert (len(ends), REST in ends) == (STOPS + 1, True)
    assert sum(link.value for link in flow.links) == sum(row[3] for row in rows)


@pytest.mark.unit
def test_steps_towards_an_end_count_from_the_left() -> None:
    flow = make_flow(report((-2, "/a", "/b", 3), (-1, "/b", "/c", 3)))
    assert {(stop.name, stop.depth) for stop in flow.stops} == {("/a", 0), ("/b", 1), ("/c", 2)}


@pytest.mark.unit
def test_folders_with_several_pages_are_patterns() -> None:
    pages = [f"/en/p/{n}" for n in range(4)] + [f"/x/{n}" for n in range(3)] + ["/", "/cart"]
    assert folders(pages) == ["/en/p/*"]
