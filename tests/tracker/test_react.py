"""The provider in a page of React under StrictMode, with the habits of both Next.js routers."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(params=["app-router", "pages-router"])
def address(request, shop, node) -> str:
    """A page whose links are buttons: `sku`, `next` and `in`, the last of which signs in."""
    script = node("build.mjs", "app", request.param, f"{shop.url}/clickstream")
    shop.pages["/app.mjs"] = script
    shop.pages[f"/{shop.name}/home"] = (
        "<!doctype html><div id=root></div><script src=/app.mjs></script>"
    )
    return f"{shop.url}/{shop.name}/home"


def test_each_view_has_its_own_title_product_and_user_and_comes_once(
    shop, page: Page, address
) -> None:
    page.goto(address)
    shop.wait_for("page_view")
    for button, place in (("sku", "sku-1"), ("next", "sku-2"), ("in", "account")):
        page.click(f"#{button}")
        page.wait_for_selector(f"#at-{place}")
    page.wait_for_timeout(400)

    events = shop.wait_for(*["page_view"] * 4, "view_item", "view_item")
    views = [event for event in events if event["eventName"] == "page_view"]
    items = [event for event in events if event["eventName"] == "view_item"]

    assert [view["pageTitle"] for view in views] == [
        "Page home", "Page sku-1", "Page sku-2", "Page account",
    ]  # fmt: skip
    assert [view.get("product", {}).get("id") for view in views] == [None, "sku-1", "sku-2", None]
    assert [view["userLoginState"] for view in views] == ["guest"] * 3 + ["logged_in"]
    assert views[-1]["userId"] == "u-1"
    assert [item["product"]["id"] for item in items] == ["sku-1", "sku-2"]
    assert [item["pageViewId"] for item in items] == [view["pageViewId"] for view in views[1:3]]
    assert [e["element"]["id"] for e in events if e["eventName"] == "click"] == [
        "sku",
        "next",
        "in",
    ]


def test_what_an_effect_tells_belongs_to_the_first_page_view_and_its_referrer(
    shop, page: Page, address
) -> None:
    page.goto(address, referer="https://search.example/")
    events = shop.wait_for("shown", "page_view")
    (view,) = [event for event in events if event["eventName"] == "page_view"]
    shown = [event for event in events if event["eventName"] == "shown"]
    assert view["referrer"] == "https://search.example/"
    assert {event["pageViewId"] for event in shown} == {view["pageViewId"]}
    assert {event["referrer"] for event in shown} == {view["referrer"]}
