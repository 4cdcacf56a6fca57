"""Live shoppers come at a steady pace, and reach a collector whatever it answers."""

import json
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice, pairwise, takewhile
from threading import Event, Thread

import pytest

from clickstream.contract import check_event, decode_object
from clickstream.errors import ClickstreamError, SettingsError
from clickstream.simulate import live, posts, send, simulate

pytestmark = pytest.mark.unit
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SCENARIO = {"visitors": 30, "days": 2, "seed": 6, "end": START}


def test_events_come_in_order_at_about_the_rate_that_is_asked_for():
    hour = list(takewhile(lambda post: post.at < START + timedelta(hours=1),
                          live(seed=1, start=START, events_per_second=3)))  # fmt: skip
    assert all(one.at <= two.at for one, two in pairwise(hour))
    assert 2 < len(hour) / 3600 < 4.5
    minutes = Counter((post.at - START) // timedelta(minutes=1) for post in hour)
    assert all(minutes[minute] > 20 for minute in range(60))


def test_a_live_event_posted_at_its_time_passes_the_contract_and_is_dated_then():
    for post in islice(live(seed=1, start=START), 300):
        document = decode_object(post.payload(post.at))
        check_event(document)
        assert "_ingest" not in document


def test_visitors_of_the_history_come_back_live():
    clients = {
        decode_object(one.line).get("clientId")
        for one in simulate(visitors=200, days=5, seed=8, end=START)
        if not one.is_broken
    } - {None}
    back = {
        post.hit.document.get("clientId")
        for post in islice(live(seed=8, start=START, known=200), 3000)
    }
    assert clients & back
    assert back - clients - {None}


def test_an_event_posted_later_keeps_its_own_time():
    post = next(post for post in posts(**SCENARIO) if post.hit.sent is not None)
    on_time, later = (
        decode_object(post.payload(at)) for at in (post.at, post.at + timedelta(days=3))
    )
    assert on_time["eventTimestamp"] == later["eventTimestamp"]
    sent = [datetime.fromisoformat(document["sentAt"]) for document in (on_time, later)]
    assert sent[1] - sent[0] == timedelta(days=3)


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent; refuses every third request for a moment."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], list[dict]]] = []
        self.answers = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Collector

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.answers += 1
        is_busy = self.server.answers % 3 == 0
        if not is_busy:
            events = body if isinstance(body, list) else [body]
            self.server.requests.append((self.path, dict(self.headers), events))
        self.send_response(503 if is_busy else 200)
        if is_busy:
            self.send_header("retry-after", "0")
        answer = b'{"success":%b}' % (b"false" if is_busy else b"true")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@contextmanager
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_every_event_reaches_a_collector_that_is_busy_at_times():
    with collector() as server:
        sent = send(posts(**SCENARIO), f"http://127.0.0.1:{server.server_port}", connections=2)
    events = [event for _, _, of_request in server.requests for event in of_request]
    expected = [post.hit.document for post in posts(**SCENARIO)]
    assert sent.events == len(events) == len(expected)
    assert sent.retries > 0
    ids = Counter(event.get("eventId") for event in events)
    assert ids == Counter(document.get("eventId") for document in expected)
    assert {path for path, _, _ in server.requests} == {"/clickstream"}


def test_requests_look_like_those_of_the_visitors_browser():
    with collector() as server:
        send(posts(**SCENARIO), f"http://127.0.0.1:{server.server_port}", connections=1)
    for _, headers, events in server.requests:
        assert headers["user-agent"].startswith("Mozilla/5.0")
        assert headers["origin"] == "https://shop.example"
        assert len({event["sessionId"] for event in events}) == 1


def test_paced_events_wait_for_their_time_until_they_are_stopped():
    stop = Event()
    with collector() as server:
        sent = send(
            live(seed=1, start=datetime.now(UTC) - timedelta(seconds=20), events_per_second=5),
            f"http://127.0.0.1:{server.server_port}",
            is_paced=True,
            stop=stop,
            on_progress=lambda events: stop.set() if events >= 20 else None,
        )
    assert 20 <= sent.events < 200


def test_a_collector_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("clickstream.simulate.posting._PATIENCE", 0.01)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(ClickstreamError, match=f"POST http://127.0.0.1:{port}/clickstream"):
            send(posts(**SCENARIO), f"127.0.0.1:{port}", connections=2)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(SettingsError, match="--to"):
        send([], "ftp://somewhere")
