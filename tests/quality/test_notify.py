"""Webhooks: a real server hears of anomalies, within bounds."""

import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import psycopg
import pytest

from clickstream.errors import QualityError
from clickstream.quality.notify import Told, check_webhook, claim, send

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
TOLD = Told(
    "sessions", "", "", "hour", dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC), 10.0, 31.0, 0.7,
    "device", "mobile",
)  # fmt: skip


class Server(HTTPServer):
    """A webhook that answers with the statuses that it is given, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[dict] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.append(json.loads(body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        if status == 302:
            self.send_header("location", self.server.url)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def server():
    with Server() as opened:
        thread = threading.Thread(target=opened.serve_forever, daemon=True)
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def _send(url: str, waits: list[float]) -> bool:
    link = "https://shop.example/stats/"
    return send(url, [TOLD], dashboard=link, zone=ZONE, wait=waits.append)


@pytest.mark.unit
def test_an_anomaly_is_told_in_words_with_a_link_and_its_facts(server):
    assert _send(server.url, [])
    (body,) = server.bodies
    assert body["link"] == "https://shop.example/stats/?from=2026-03-10&to=2026-03-10"
    assert body["text"].splitlines()[0] == (
        "sessions 2026-03-10 16:00: 10, expected 31; mostly device mobile"
    )
    assert body["anomalies"][0]["period"] == "2026-03-10T09:00:00+00:00"
    assert body["anomalies"][0]["explained_value"] == "mobile"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("statuses", "requests", "taken"),
    [
        pytest.param([503, 503], 3, True, id="recovers"),
        pytest.param([500, 500, 500, 500], 3, False, id="stays broken"),
        pytest.param([429], 2, True, id="too fast"),
        pytest.param([404], 1, False, id="not there"),
        pytest.param([302], 1, False, id="elsewhere"),
    ],
)
def test_another_try_is_made_where_it_may_help(server, statuses, requests, taken):
    server.statuses = statuses
    waits: list[float] = []
    assert _send(server.url, waits) is taken
    assert len(server.bodies) == requests
    assert len(waits) == requests - 1


@pytest.mark.unit
def test_a_webhook_that_is_not_there_is_logged_and_no_error(caplog):
    assert not _send("http://127.0.0.1:9/hook", [])
    assert "did not take 1 anomalies" in caplog.text


@pytest.mark.unit
@pytest.mark.parametrize(
    "url", ["http://hooks.example/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "https://"]
)
def test_a_webhook_is_https_or_on_this_machine(url):
    with pytest.raises(QualityError, match="loopback"):
        check_webhook(url)


@pytest.mark.postgres
def test_each_anomaly_is_claimed_once_and_old_ones_never(connection: psycopg.Connection) -> None:
    statement = """
        insert into anomalies (metric, dimension, value, period_interval, period, observed,
            expected, lower, upper, score, detected_at)
        values ('sessions', '', '', 'hour', %s, 1, 9, 5, 12, 0.9, %s)
    """
    for hours in (3, 30, 100):
        connection.execute(statement, [NOW - dt.timedelta(hours=hours), NOW])
    connection.commit()
    assert [NOW - one.period for one in claim(connection, now=NOW)] == [
        dt.timedelta(hours=30), dt.timedelta(hours=3),
    ]  # fmt: skip
    assert claim(connection, now=NOW) == []
