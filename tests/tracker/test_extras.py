"""The optional parts, each in a page with the script."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(shop, page: Page):
    """Opens a page with all optional parts, or those that are named."""

    def open_page(body: str, only: str = "") -> Page:
        extras = (
            f'<script defer src="{shop.collector.url}/clickstream.extras.js" data-only="{only}">'
        )
        page.goto(shop.page("/a", f"{body}{extras}</script>"))
        return page

    return open_page


def one(shop, name: str) -> dict:
    (event,) = [event for event in shop.wait_for(name) if event["eventName"] == name]
    return event


def test_scroll_depth_says_each_step_once(shop, visit) -> None:
    page = visit('<div style="height: 5000px"></div>', only="scrollDepth")
    for share in (0.3, 0.2, 0.55, 1.0):
        page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {share} - innerHeight)")
        page.wait_for_timeout(60)

    events = shop.wait_for("scroll", "scroll", "scroll")

    assert [e["scrollPercent"] for e in events if e["eventName"] == "scroll"] == [25, 50, 90]


def test_links_out_and_files(shop, visit) -> None:
    page = visit(
        "<script>addEventListener('click', (event) => event.preventDefault())</script>"
        '<a id="out" href="https://other.example/x?token=1">Out</a>'
        '<a id="file" href="/files/manual.PDF?sig=1">Manual</a>'
        '<p data-clickstream-ignore><a id="no" href="https://secret.example/">No</a></p>'
    )
    for link in ("no", "out", "file"):
        page.click(f"#{link}")

    out, file = one(shop, "outbound_click"), one(shop, "file_download")

    assert out["properties"] == {
        "linkUrl": "https://other.example/x",
        "linkDomain": "other.example",
    }
    assert file["properties"]["fileName"] == "manual.PDF"
    assert file["properties"]["fileExtension"] == "pdf"
    assert "sig" not in file["properties"]["linkUrl"]


def test_a_form_says_which_it_was_and_nothing_of_what_was_typed(shop, visit) -> None:
    page = visit(
        '<form id="f" name="contact" action="/send?token=1" onsubmit="return false">'
        '<input name="id" value="typed"><input name="action" value="typed">'
        "<button>Go</button></form>"
    )
    page.click("button")

    properties = one(shop, "form_submit")["properties"]

    assert properties == {"formId": "f", "formName": "contact", "formAction": f"{shop.url}/send"}
    assert "typed" not in str(shop.bodies)


def test_dead_and_rage_clicks(shop, visit) -> None:
    page = visit(
        "<button id=dead>Nothing</button>"
        "<button id=alive onclick=\"this.title += '!'\">Something</button>"
    )
    page.click("#alive")
    page.click("#dead", click_count=3, delay=10)

    rage = one(shop, "rage_click")
    dead = [e for e in shop.wait_for("dead_click") if e["eventName"] == "dead_click"]

    assert rage["element"]["id"] == "dead"
    assert {event["element"]["id"] for event in dead} == {"dead"}


def test_events_without_code(shop, visit) -> None:
    page = visit(
        '<button data-clickstream-event="add_to_cart" data-clickstream-product-id="sku-1"'
        ' data-clickstream-product-url-path="/sku-1" data-clickstream-list="home">Add</button>'
    )
    page.click("button")

    event = one(shop, "add_to_cart")

    assert event["product"] == {"id": "sku-1", "urlPath": "/sku-1"}
    assert event["properties"] == {"list": "home"}
