"""The safeguards around the dashboard."""

import asyncio
import datetime as dt
from typing import Any

import httpx
import pytest

from clickstream.dashboard.app import assemble, explain
from clickstream.errors import ReportError, WarehouseError

pytestmark = pytest.mark.unit
ORIGIN = "https://stats.shop.example"


@pytest.fixture
def app(standin: Any) -> Any:
    return assemble(
        standin,
        clock=lambda: dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC),
        collector_url="http://127.0.0.1:8080",
        allowed_origins=[ORIGIN],
    )


def get(app: Any, path: str, **headers: str) -> httpx.Response:
    async def fetch() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:3838"
        ) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(fetch())


def test_scripts_run_only_from_our_own_files(app: Any) -> None:
    policy = get(app, "/").headers["content-security-policy"]
    [scripts] = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert "unsafe" not in scripts
    assert "'sha256-" in scripts
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_nothing_is_loaded_from_elsewhere(app: Any) -> None:
    page = get(app, "/").text
    assert "https://" not in page
    assert "fonts.googleapis" not in get(app, "/assets/style.css").text


@pytest.mark.parametrize("host", ["localhost:3838", "127.0.0.1:1", "[::1]:3838", "10.1.2.3"])
def test_it_answers_under_local_names(app: Any, host: str) -> None:
    assert get(app, "/", Host=host).status_code == 200


def test_it_answers_under_the_name_that_is_allowed(app: Any) -> None:
    assert get(app, "/", Host="stats.shop.example").status_code == 200


def test_a_foreign_name_that_points_here_learns_nothing(app: Any) -> None:
    answer = get(app, "/export/products-products.csv", Host="evil.example")
    assert answer.status_code == 421
    assert "does not answer under this name" in answer.text


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        pytest.param("localhost:3838", "https://evil.example", id="a foreign page"),
        pytest.param("localhost:3838", "", id="no origin"),
        pytest.param("localhost:3838", "null", id="a sandboxed page"),
        pytest.param("evil.example", "http://evil.example", id="a name pointed here"),
    ],
)
def test_a_foreign_page_cannot_open_the_websocket(app: Any, host: str, origin: str) -> None:
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert open_websocket(app, headers)[0] == {"type": "websocket.close", "code": 1008}


def test_our_own_page_opens_the_websocket(app: Any) -> None:
    headers = {"host": "localhost:3838", "origin": "http://localhost:3838"}
    assert open_websocket(app, headers)[0]["type"] == "websocket.accept"


def open_websocket(app: Any, headers: dict[str, str]) -> list[dict[str, Any]]:
    """What the application says to a browser that opens its websocket and then leaves."""
    sent: list[dict[str, Any]] = []
    events = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}])

    async def receive() -> dict[str, Any]:
        return next(events)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/websocket/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    return sent


def test_an_unknown_table_is_said_so(app: Any) -> None:
    assert get(app, "/export/secrets.csv").status_code == 404


def test_a_table_is_taken_away_under_its_filters(app: Any, standin: Any) -> None:
    standin.names = lambda n: f"=cmd|{n}"
    answer = get(app, "/export/products-products.csv?range=7d&device=mobile")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = answer.headers["content-disposition"]
    assert 'filename="products-products_2026-11-16_2026-11-22.csv"' in disposition
    assert answer.text.splitlines()[1].startswith("sku-0000,'=cmd|0,")
    assert dict(standin.asked[0].options)["only_device"] == ("mobile",)


def test_a_table_that_cannot_be_had_is_answered_in_words(app: Any, standin: Any) -> None:
    standin.error = WarehouseError("password=secret")
    answer = get(app, "/export/products-products.csv")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(WarehouseError("x"), "The warehouse does not answer", id="away"),
        pytest.param(ReportError("--from is bad"), "--from is bad", id="a bad question"),
        pytest.param(KeyError("secret"), "Something unexpected happened", id="anything else"),
    ],
)
def test_an_error_is_put_into_words(error: Exception, words: str) -> None:
    assert words in explain(error)
