"""Page views, sessions and engaged time, as the collector received them."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser


def paths(events: list[dict]) -> list[str]:
    return [urlsplit(event["pageUrl"]).path.rsplit("/", 1)[1] for event in events]


def named(name: str, events: list[dict]) -> list[dict]:
    return [event for event in events if event["eventName"] == name]


def test_a_page_view_says_who_when_and_where(shop, page: Page) -> None:
    page.goto(shop.page("/a", title="Laptops"))

    (event,) = shop.wait_for("page_view")

    assert event["pageTitle"] == "Laptops"
    assert event["pageUrl"] == page.url
    assert event["isFirstVisit"] is True
    assert event["userLoginState"] == "guest"
    assert event["consent"] == "granted"
    assert {"eventId", "clientId", "sessionId", "pageViewId", "sentAt"} <= event.keys()
    assert event["eventTimestamp"] <= event["sentAt"]


def test_no_preflight_is_needed(shop, page: Page) -> None:
    page.goto(shop.page("/a", attributes=f'data-endpoint="{shop.collector.url}/clickstream"'))
    other = shop.url.replace("127.0.0.1", "localhost")
    page.goto(other + shop.page("/b").removeprefix(shop.url))

    shop.wait_for("page_view", "page_view")

    assert set(shop.methods) == {"POST"}


def test_the_script_alone_finds_its_collector(shop, page: Page) -> None:
    address = shop.page("/a")
    script = f'<script defer src="{shop.collector.url}/clickstream.js"></script>'
    shop.pages[urlsplit(address).path] = f"<!doctype html><title>One line</title>{script}"
    page.goto(address)
    page.goto("about:blank")

    assert shop.wait_for("page_view")[0]["pageTitle"] == "One line"
    assert shop.bodies == []


def test_history_changes_are_page_views_and_one_task_is_one(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    page.evaluate(
        """() => {
            history.pushState({}, "", "b");
            history.pushState({}, "", "c");
            history.replaceState({ scroll: 1 }, "");
            document.title = "C";
        }"""
    )
    shop.wait_for("page_view", "page_view")
    page.evaluate("history.pushState({}, '', 'd')")
    shop.wait_for(*["page_view"] * 3)
    page.evaluate("history.back()")
    page.wait_for_url("**/c")

    views = named("page_view", shop.wait_for(*["page_view"] * 4))

    assert paths(views) == ["a", "c", "d", "c"]
    assert views[1]["pageTitle"] == "C"
    assert views[1]["referrer"] == views[0]["pageUrl"]
    assert len({event["pageViewId"] for event in views}) == 4


def test_later_events_carry_the_id_of_their_page_view(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    page.evaluate("clickstream.viewItem({ id: 'sku-1', name: 'Laptop', price: 10 })")
    page.evaluate("clickstream.trackCustom('chat_opened', { topic: 'delivery' })")

    view, item, custom = shop.wait_for("page_view", "view_item", "chat_opened")

    assert item["product"] == {"id": "sku-1", "name": "Laptop", "price": 10}
    assert custom["properties"] == {"topic": "delivery"}
    assert view["pageViewId"] == item["pageViewId"] == custom["pageViewId"]


def test_a_page_from_the_back_forward_cache_is_viewed_again(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    page.evaluate("window.mark = 'the same document'")
    shop.wait_for("page_view")
    page.goto(shop.page("/b"))
    shop.wait_for("page_view", "page_view")
    page.evaluate("history.back()")
    page.wait_for_url("**/a", wait_until="commit")

    views = named("page_view", shop.wait_for(*["page_view"] * 3))

    assert page.evaluate("window.mark") == "the same document"
    assert paths(views) == ["a", "b", "a"]
    assert len({event["pageViewId"] for event in views}) == 3


def test_a_prerendered_page_counts_once_it_is_seen(shop, page: Page) -> None:
    page.add_init_script(
        "Object.defineProperty(document, 'prerendering', { get: () => !window.seen });"
    )
    page.goto(shop.page("/a"))
    page.evaluate("clickstream.viewItem({ id: 'early' })")
    page.wait_for_timeout(400)
    assert shop.bodies == []
    page.evaluate("window.seen = 1; document.dispatchEvent(new Event('prerenderingchange'))")

    events = shop.wait_for("page_view", "view_item")

    assert len(events) == 2


def test_two_tabs_share_a_session(shop, context: BrowserContext) -> None:
    for path in ("/a", "/b"):
        context.new_page().goto(shop.page(path))
        shop.wait_for("page_view")

    first, second = shop.wait_for("page_view", "page_view")

    assert first["sessionId"] == second["sessionId"]
    assert first["clientId"] == second["clientId"]
    assert second["isFirstVisit"] is True


def test_half_an_hour_of_inactivity_ends_a_session(shop, page: Page) -> None:
    page.clock.install()
    page.goto(shop.page("/a"))
    page.clock.fast_forward(1_000)
    shop.wait_for("page_view")
    page.clock.fast_forward(29 * 60_000)
    page.evaluate("clickstream.trackCustom('within')")
    page.clock.fast_forward(30 * 60_000 + 1)
    page.evaluate("clickstream.trackCustom('after')")
    page.clock.fast_forward(1_000)

    view, within, after = shop.wait_for("page_view", "within", "after")

    assert view["sessionId"] == within["sessionId"] != after["sessionId"]
    assert view["clientId"] == after["clientId"]
    assert (within["isFirstVisit"], after["isFirstVisit"]) == (True, False)


def test_engaged_time_is_reported_for_the_page_that_it_was_spent_on(shop, page: Page) -> None:
    page.clock.install()
    page.goto(shop.page("/a"))
    page.clock.fast_forward(20_000)
    shop.wait_for("page_view")
    page.mouse.move(5, 5)
    page.clock.fast_forward(600_000)
    page.evaluate("history.pushState({}, '', 'b')")
    page.clock.fast_forward(1_000)
    page.clock.fast_forward(1_000)

    events = shop.wait_for("page_view", "user_engagement", "page_view")
    first, engagement = events[0], next(e for e in events if e["eventName"] == "user_engagement")

    assert engagement["pageViewId"] == first["pageViewId"]
    assert 49_000 <= engagement["engagementTimeMs"] <= 51_000


def test_sign_in_and_reset(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    page.evaluate("clickstream.identify('u-1', 'cognito'); clickstream.login({ method: 'otp' })")
    page.evaluate("clickstream.identify(null); clickstream.logout()")
    page.evaluate("clickstream.reset(); clickstream.trackCustom('other')")

    view, login, logout, other = shop.wait_for("page_view", "login", "logout", "other")

    assert (login["userId"], login["identitySource"]) == ("u-1", "cognito")
    assert [e["userLoginState"] for e in (view, login, logout)] == ["guest", "logged_in", "guest"]
    assert "userId" not in logout
    assert login["properties"] == {"method": "otp"}
    assert view["clientId"] == logout["clientId"] != other["clientId"]
    assert view["sessionId"] != other["sessionId"]


def test_the_client_id_can_live_in_a_cookie(shop, context: BrowserContext, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-cookie=true"))
    shop.wait_for("page_view")
    page.evaluate("localStorage.clear()")
    page.goto(shop.page("/b", attributes="data-cookie=true"))

    first, second = named("page_view", shop.wait_for("page_view", "page_view"))

    assert first["clientId"] == second["clientId"]
    assert [cookie["name"] for cookie in context.cookies()] == ["clickstream_id"]


def test_without_an_endpoint_it_warns_once_and_does_nothing(shop, page: Page) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    address = shop.page("/none")
    script = f"{shop.collector.url}/clickstream.js"
    shop.pages[urlsplit(address).path] = (
        f'<!doctype html><script src="{script}" data-endpoint=""></script>'
        "<script>clickstream.init({}); clickstream.search('mouse')</script>"
    )
    page.goto(address)
    page.wait_for_timeout(300)

    assert heard == ["clickstream: no endpoint is set"]
    assert shop.events() == []
    assert page.evaluate("localStorage.length") == 0
