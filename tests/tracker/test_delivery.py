"""Nothing is lost: navigation, closed tabs, outages, reloads, being offline."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
STORED = "Object.keys(localStorage).filter((key) => key.startsWith('clickstream.queue'))"


def test_navigation_away_loses_nothing(shop, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-flush-interval=60000"))
    page.evaluate("for (let i = 0; i < 25; i++) clickstream.trackCustom('step', { i })")
    page.goto("about:blank")

    events = shop.wait_for("page_view", *["step"] * 25)

    assert sorted(e["properties"]["i"] for e in events if e["eventName"] == "step") == [*range(25)]


def test_a_closed_tab_loses_nothing(shop, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-flush-interval=60000"))
    page.evaluate("clickstream.purchase({ id: 'o-1', value: 10, currency: 'VND' })")
    page.close(run_before_unload=True)

    events = shop.wait_for("page_view", "purchase")

    assert events[-1]["order"] == {"id": "o-1", "value": 10, "currency": "VND"}


def test_an_outage_is_waited_out_under_the_same_event_ids(shop, page: Page) -> None:
    shop.status = 503
    page.goto(shop.page("/a"))
    page.wait_for_function("localStorage['clickstream.pause']")
    page.evaluate("clickstream.trackCustom('meanwhile')")
    shop.status = 200

    events = shop.wait_for("page_view", "meanwhile")

    assert len({event["eventId"] for event in events}) == len(events) == 2
    assert shop.bodies[0][0]["eventId"] == events[0]["eventId"]
    assert shop.bodies[0][0]["sentAt"] < events[0]["sentAt"]
    page.wait_for_function(f"{STORED}.length === 0")


def test_what_could_not_be_sent_survives_a_reload(shop, page: Page) -> None:
    shop.status = 503
    page.goto(shop.page("/a"))
    page.evaluate("clickstream.trackCustom('before_reload')")
    page.wait_for_function("localStorage['clickstream.pause']")
    pause = json.loads(page.evaluate("localStorage['clickstream.pause']"))
    page.reload()
    assert json.loads(page.evaluate("localStorage['clickstream.pause']"))[0] >= pause[0]
    shop.status = 200

    events = shop.wait_for("page_view", "before_reload", "page_view")

    assert len({event["pageViewId"] for event in events}) == 2
    page.wait_for_function(f"{STORED}.length === 0")


def test_a_failure_at_the_very_end_is_made_good_by_the_next_page(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    shop.wait_for("page_view")
    shop.status = 503
    page.evaluate("clickstream.trackCustom('last_words')")
    page.goto("about:blank")
    shop.status = 200
    page.goto(shop.page("/b"))

    shop.wait_for("page_view", "last_words", "page_view")


def test_being_offline_loses_nothing(shop, context: BrowserContext, page: Page) -> None:
    page.goto(shop.page("/a"))
    shop.wait_for("page_view")
    context.set_offline(True)
    page.evaluate("clickstream.trackCustom('in_the_tunnel')")
    page.wait_for_function("localStorage['clickstream.pause']")
    page.evaluate("clickstream.trackCustom('still_there')")
    context.set_offline(False)

    shop.wait_for("in_the_tunnel", "still_there")


def test_the_queue_is_bounded_and_keeps_the_newest(shop, page: Page) -> None:
    shop.status = 503
    page.goto(shop.page("/a", attributes="data-flush-interval=60000"))
    page.evaluate("for (let i = 0; i < 400; i++) clickstream.trackCustom('step', { i })")
    queued = json.loads(page.evaluate(f"localStorage[{STORED}[0]]"))

    assert 300 <= len(queued) <= 310
    assert queued[-1]["properties"] == {"i": 399}


def test_a_request_stays_below_what_a_browser_takes_at_unload(shop, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-flush-interval=60000 data-batch-size=500"))
    page.evaluate(
        "for (let i = 0; i < 30; i++) clickstream.trackCustom('long', { text: 'ờ'.repeat(2000) })"
    )
    page.goto(shop.page("/b"))
    page.wait_for_timeout(300)
    page.goto(shop.page("/c"))

    shop.wait_for(*["long"] * 30)

    assert max(len(json.dumps(body, ensure_ascii=False).encode()) for body in shop.bodies) <= 64_000


def test_what_the_collector_rejects_is_not_sent_again(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    shop.wait_for("page_view")
    page.evaluate("clickstream.track('purchase', { order: { id: 'o-1', value: -5 } })")
    page.wait_for_timeout(600)

    assert sum("purchase" in json.dumps(body) for body in shop.bodies) == 1
    assert page.evaluate(f"{STORED}.length") == 0


def test_a_batch_size_of_one_sends_single_objects(shop, page: Page) -> None:
    page.goto(shop.page("/a", attributes="data-batch-size=1"))
    page.evaluate("clickstream.trackCustom('one'); clickstream.trackCustom('two')")

    shop.wait_for("page_view", "one", "two")

    assert all(isinstance(body, dict) for body in shop.bodies)


def test_two_tabs_do_not_lose_each_other_s_events(shop, context: BrowserContext) -> None:
    shop.status = 503
    tabs = [context.new_page() for _ in range(2)]
    for number, tab in enumerate(tabs):
        tab.goto(shop.page(f"/tab{number}"))
        tab.evaluate("for (let i = 0; i < 20; i++) clickstream.trackCustom('step', { i })")
    tabs[0].close()
    shop.status = 200

    shop.wait_for("page_view", "page_view", *["step"] * 40)


def test_full_or_forbidden_storage_stops_nothing(shop, page: Page) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } })"
    )
    page.goto(shop.page("/a"))
    page.evaluate("clickstream.trackCustom('still')")

    view, still = shop.wait_for("page_view", "still")

    assert view["sessionId"] == still["sessionId"]


def test_nothing_is_thrown_into_the_page(shop, page: Page) -> None:
    page.goto(shop.page("/a"))
    page.evaluate(
        """() => {
            const loop = {};
            loop.loop = loop;
            clickstream.trackCustom("loop", loop);
            clickstream.trackClick(null);
            clickstream.trackCustom("big", { n: 10n });
            clickstream.identify({});
            window.fetch = () => { throw new Error("broken"); };
            clickstream.trackCustom("queued");
        }"""
    )
    page.wait_for_function("localStorage['clickstream.pause']")
