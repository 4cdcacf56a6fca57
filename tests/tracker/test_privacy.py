"""What is never sent, whatever a page holds; and what consent and signals change."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

SECRETS = [
    "hunter2",
    "ann@mail.example",
    "0901234567",
    "4111 1111 1111 1111",
    "tokenvalue",
    "Private",
]
FORM = """
<form onsubmit="return false">
  <input type="password" value="hunter2"><input type="email" value="ann@mail.example">
  <input type="tel" value="0901234567"><input name="card" value="4111 1111 1111 1111">
  <textarea>Private</textarea><select><option>Private</option></select>
  <div contenteditable>Private</div>
  <button data-token="tokenvalue" data-sku="sku-1">Pay ann@mail.example 4111 1111 1111 1111
    <textarea>Private</textarea><span data-clickstream-ignore>Private</span></button>
  <input type="submit" value="Send to 0901234567">
</form>
<section data-clickstream-ignore><a href="#x" id="secret">Private</a></section>
<a href="#y" id="plain" role="button">  Add   to cart </a>
"""


def press(page: Page, selector: str) -> None:
    for element in page.query_selector_all(selector):
        element.click(position={"x": 2, "y": 2})


def test_nothing_sensitive_is_anywhere_in_what_was_sent(shop, page: Page) -> None:
    page.goto(
        shop.page("/a", FORM, title="Mail to ann@mail.example")
        + "?token=tokenvalue&email=ann@mail.example&utm_source=news&gclid=g-1#tokenvalue"
    )
    press(page, "input, textarea, select, [contenteditable], button, #secret, #plain")
    page.keyboard.type("hunter2")
    events = shop.wait_for("page_view", "click", "click", "click")

    sent = json.dumps(shop.bodies)
    assert [secret for secret in SECRETS if secret in sent] == []
    view = events[0]
    assert view["pageUrl"].partition("?")[2] == "utm_source=news&gclid=g-1"
    clicks = [event["element"] for event in events if event["eventName"] == "click"]
    assert [click["text"] for click in clicks] == [
        "Pay redacted redacted",
        "Send to redacted",
        "Add to cart",
    ]
    assert clicks[0]["dataset"] == {"sku": "sku-1"}
    assert (clicks[2]["tag"], clicks[2]["id"], clicks[2]["role"]) == ("a", "plain", "button")


def test_parameters_are_kept_by_an_allow_list(shop, page: Page) -> None:
    page.goto(
        shop.page("/a", attributes='data-allow-params="page,sort"') + "?page=2&q=mouse&sort=new"
    )

    (view,) = shop.wait_for("page_view")

    assert view["pageUrl"].partition("?")[2] == "page=2&sort=new"


def test_clicks_by_code_are_not_clicks(shop, page: Page) -> None:
    page.goto(shop.page("/a", "<button>Buy</button>"))
    page.evaluate("document.querySelector('button').click()")
    page.evaluate("clickstream.trackCustom('end')")

    assert [event["eventName"] for event in shop.wait_for("end")] == ["page_view", "end"]


def stored(page: Page, context: BrowserContext) -> int:
    return page.evaluate("localStorage.length + sessionStorage.length") + len(context.cookies())


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param("globalPrivacyControl: { value: true }", id="GPC"),
        pytest.param("doNotTrack: { value: '1' }", id="DNT"),
    ],
)
def test_a_signal_means_that_nothing_is_sent_or_stored(
    shop, context, page: Page, signal: str
) -> None:
    page.add_init_script(f"Object.defineProperties(navigator, {{ {signal} }})")
    page.goto(shop.page("/a", "<button>Buy</button>"))
    page.click("button")
    page.evaluate("clickstream.consent('granted'); clickstream.search('mouse')")
    page.wait_for_timeout(400)
    page.goto("about:blank")

    assert shop.bodies == []
    page.goto(shop.page("/b", attributes="data-respect-signals=false"))
    shop.wait_for("page_view")


def test_denied_means_that_nothing_is_sent_or_stored(shop, context, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-cookie=true"))
    shop.wait_for("page_view")
    assert stored(page, context) > 0
    before = len(shop.bodies)
    page.evaluate("clickstream.trackCustom('unsent'); clickstream.consent('denied')")
    page.evaluate("clickstream.trackCustom('denied'); clickstream.identify('u-1')")
    page.wait_for_timeout(400)
    assert stored(page, context) == 0
    page.goto(shop.page("/b", attributes="data-consent=denied"))
    page.wait_for_timeout(400)

    assert stored(page, context) == 0
    assert len(shop.bodies) == before


def test_consent_that_comes_later_begins_with_the_page(shop, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-consent=denied"))
    page.evaluate("clickstream.trackCustom('before')")
    page.evaluate("clickstream.consent('granted'); clickstream.trackCustom('after')")

    assert [event["eventName"] for event in shop.wait_for("after")] == ["page_view", "after"]


def test_anonymous_events_carry_no_lasting_id_and_store_none(shop, context, page: Page) -> None:
    for path in ("/a", "/b"):
        page.goto(shop.page(path, attributes="data-consent=anonymous data-cookie=true"))
        page.evaluate("clickstream.identify('u-1'); clickstream.trackCustom('end')")
        shop.wait_for("page_view", "end")
        assert stored(page, context) == 0

    events = shop.wait_for("page_view", "end", "page_view", "end")

    assert not any({"clientId", "userId", "isFirstVisit"} & event.keys() for event in events)
    assert {event["consent"] for event in events} == {"anonymous"}
    assert {event["userLoginState"] for event in events} == {"anonymous"}
    assert len({event["sessionId"] for event in events}) == 2
