"""The page on which a person clicks about and sees the events arrive."""

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_what_a_person_does_appears_once_it_is_kept(collector, page: Page) -> None:
    page.goto(f"{collector.url}/try")
    events = page.locator("#events li")
    expect(events.filter(has_text="page_view")).to_have_count(1)

    page.get_by_role("button", name="View").first.click()
    page.get_by_role("button", name="Buy").first.click()

    expect(events.filter(has_text="view_item Laptop 14 · kept")).to_have_count(1)
    expect(events.filter(has_text="purchase")).to_have_count(1)
    expect(events.filter(has_text="page_view")).to_have_count(2)
    expect(page.locator("#events li.refused")).to_have_count(0)
    kept = {event["eventName"] for event in collector.events() if "/try" in event["pageUrl"]}
    assert {"page_view", "view_item", "purchase", "click"} <= kept


def test_the_page_is_compressed_and_revalidated(collector) -> None:
    answer = httpx.get(f"{collector.url}/try")
    again = httpx.get(f"{collector.url}/try", headers={"if-none-match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert again.status_code == 304
