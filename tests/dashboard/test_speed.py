"""What makes a page quick: figures asked for ahead, files kept compressed, nothing sent twice."""

import asyncio
import datetime as dt
from typing import Any

import httpx
import pytest
from htmltools import tags
from shiny.types import SilentCancelOutputException

from clickstream.dashboard.app import assemble
from clickstream.dashboard.queries import Question
from clickstream.dashboard.render import render_html

pytestmark = pytest.mark.unit
VISIT = {"sec-fetch-dest": "document", "sec-fetch-site": "none"}


def get(
    standin: Any, *asked: tuple[str, dict[str, str]], wait: float = 0.0
) -> list[httpx.Response]:
    """The answers to requests one after the other; what they began has ``wait`` seconds more."""

    async def fetch() -> list[httpx.Response]:
        clock = lambda: dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)  # noqa: E731
        app = assemble(standin, clock=clock, collector_url="http://127.0.0.1:8080")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answers = [await client.get(path, headers=headers) for path, headers in asked]
            await asyncio.sleep(wait)
            return answers

    return asyncio.run(fetch())


def reports(asked: list[Question]) -> set[str]:
    return {one.report for one in asked}


def test_figures_are_asked_for_while_the_browser_still_loads(standin: Any) -> None:
    get(standin, ("/?page=products&range=7d&device=mobile", VISIT), wait=0.1)
    assert reports(standin.asked) == {"products"}
    assert all(dict(one.options)["only_device"] == ("mobile",) for one in standin.asked)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no browser"),
        pytest.param({"sec-fetch-dest": "image", "sec-fetch-site": "cross-site"}, id="a picture"),
        pytest.param(VISIT | {"sec-fetch-site": "cross-site"}, id="from another site"),
    ],
)
def test_others_cannot_make_it_ask(standin: Any, headers: dict[str, str]) -> None:
    get(standin, ("/?page=products", headers), wait=0.05)
    assert standin.asked == []


def test_only_a_few_pages_are_asked_ahead_at_once(standin: Any) -> None:
    standin.delay = 5.0
    asked = [(f"/?page=trends&range=30d&device={n}", VISIT) for n in range(20)]
    get(standin, *asked, wait=0.05)
    assert len(standin.asked) <= 8


def test_a_file_is_compressed_once_and_stays_the_same(standin: Any) -> None:
    path = "/assets/echarts.min.js?v=1"
    first, again, plain = get(
        standin, (path, {"accept-encoding": "gzip"}), (path, {"accept-encoding": "gzip"}),
        (path, {"accept-encoding": "identity"}),
    )  # fmt: skip
    assert first.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert first.content == again.content == plain.content
    assert "immutable" in again.headers["cache-control"]
    assert "default-src 'none'" in again.headers["content-security-policy"]


def test_what_is_not_there_is_not_kept(standin: Any) -> None:
    gzip = {"accept-encoding": "gzip"}
    for answer in get(standin, ("/assets/none.js?v=1", gzip), ("/lib/none-1.0/x.js", gzip)):
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


def test_a_part_that_has_not_changed_is_not_sent_again() -> None:
    shown = iter(["one", "one", None, None, "one"])
    part = render_html(lambda: (text := next(shown)) and tags.p(text))

    async def render() -> list[object]:
        found: list[object] = []
        for _ in range(5):
            try:
                found.append(await part.render())
            except SilentCancelOutputException:
                found.append("as it was")
        return found

    first, *rest = asyncio.run(render())
    assert rest == ["as it was", None, "as it was", first]
