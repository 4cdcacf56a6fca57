"""The Funnels page in a real browser, over a shop that was simulated and loaded."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from clickstream.analytics.saved import BUILT_IN_ONLY
from clickstream.dashboard.filters import read_view
from clickstream.dashboard.pages.funnels_builder import change_of
from clickstream.dashboard.pages.funnels_data import chosen
from clickstream.dashboard.steps import say_step, split_step


@pytest.mark.browser
def test_the_shops_checkout_is_shown_until_steps_are_chosen(tab: Any) -> None:
    page = tab.open("/?page=funnels")
    expect(page.locator("[data-step]")).to_have_count(4)
    names = page.locator(".fstep-name").all_inner_texts()
    assert [name.split("\n")[-1] for name in names] == [
        "Product viewed", "Added to cart", "Checkout begun", "Ordered",
    ]  # fmt: skip
    expect(page.locator("#funnels-times canvas")).to_be_visible()
    expect(page.locator("#funnels-trend canvas")).to_be_visible()


@pytest.mark.browser
def test_steps_are_added_chosen_moved_and_removed_and_the_link_keeps_them(tab: Any) -> None:
    page = tab.open("/?page=funnels")
    page.get_by_role("button", name="Remove step 3").click()
    tab.settle()
    page.get_by_role("button", name="Add a step").click()
    tab.settle()
    page.get_by_label("Step 4, what happened").select_option(label="A page …")
    page.get_by_label("Step 4, what exactly").fill("/*")
    page.get_by_label("Step 4, what exactly").press("Enter")
    tab.settle()
    page.get_by_role("button", name="Move step 4 up").click()
    tab.settle()
    expect(page.locator(".fstep-name").nth(2)).to_contain_text("Page /*")
    page.get_by_label("Order", exact=True).select_option("any")
    tab.settle()
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    tab.settle()
    expect(page.locator(".fstep-name")).to_have_count(4)
    expect(page.locator(".fstep-name").nth(2)).to_contain_text("Page /*")
    expect(page.get_by_label("Order", exact=True)).to_have_value("any")
    page.get_by_role("button", name="Checkout", exact=True).click()
    tab.settle()
    assert "step=" not in page.url


@pytest.mark.browser
def test_a_funnel_is_broken_down_and_taken_away(tab: Any, tmp_path: Path) -> None:
    page = tab.open("/?page=funnels")
    page.get_by_label("Broken down by").select_option("device")
    tab.settle()
    expect(page.locator("#funnels-by tbody tr").first).to_contain_text("Mobile")
    page.get_by_role("button", name="Mobile").click()
    tab.settle()
    assert "device=mobile" in page.url
    with page.expect_download() as download:
        page.locator('[data-export="funnels-steps"]').click()
    download.value.save_as(tmp_path / "steps.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "steps.csv").read_text("utf-8"))))
    assert [row["name"] for row in rows][::3] == ["view_item", "purchase"]


@pytest.mark.browser
def test_a_step_that_cannot_be_read_is_answered_in_words(tab: Any) -> None:
    page = tab.open("/?page=funnels&step=nosuchfield%3D1")
    expect(page.locator("#funnels-bars")).to_contain_text("There is no field 'nosuchfield'")


@pytest.mark.unit
def test_a_link_without_steps_means_the_saved_funnel_and_its_own_steps_come_first() -> None:
    checkout = chosen(read_view("funnel=nowhere", ["funnels"]), BUILT_IN_ONLY)
    own = chosen(read_view("step=b&step=a&unit=session&window=7d", ["funnels"]), BUILT_IN_ONLY)
    assert (checkout.steps[0], checkout.window, checkout.unit) == ("view_item", "14d", "visitor")
    assert (own.steps, own.window, own.unit) == (("b", "a"), "7d", "session")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("step", "parts", "words"),
    [
        pytest.param("purchase", ("purchase", ""), "Ordered", id="action"),
        pytest.param("page:/cart*", ("page:", "/cart*"), "Page /cart*", id="page"),
        pytest.param("view_item&brand=A&device=tv", ("", "view_item&brand=A&device=tv"),
                     "Product viewed, brand=A, device=tv", id="condition"),
        pytest.param("strange", ("", "strange"), "strange", id="name"),
    ],
)  # fmt: skip
def test_a_step_is_said_and_taken_apart(step: str, parts: tuple[str, str], words: str) -> None:
    assert split_step(step) == parts
    assert say_step(step) == words


@pytest.mark.unit
def test_a_change_to_steps_keeps_their_order() -> None:
    assert change_of(["b", "a&c"]) == "step=b&step=a%26c&funnel="
