"""What an attacker or a mistake may send: the right 4xx, and a healthy collector afterwards."""

import asyncio
import contextlib
import gzip
import json
import re
import resource
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ONE = b'{"eventName":"a","eventId":"1"}'
KEY, NEXT_KEY = "wk-0123456789abcdef", "wk-fedcba9876543210"
POST = b"POST /clickstream HTTP/1.1\r\nHost: x\r\n"
PROXIED = {"trusted_proxies": ["127.0.0.0/8"]}


@contextmanager
def healthy(running: Any, **headers: str) -> Iterator[None]:
    """Whatever happens within, an event is taken at once after it, by the same process."""
    yield
    began = time.monotonic()
    assert running.post(ONE, **headers).status_code == 200
    assert time.monotonic() - began < 2
    assert running.process.poll() is None


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def everything(connection: socket.socket) -> bytes:
    answer = b""
    while chunk := connection.recv(65536):
        answer += chunk
    return answer


# who may send


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        pytest.param({}, "", 401, id="no key"),
        pytest.param({"x-write-key": KEY[:-1]}, "", 401, id="part of a key"),
        pytest.param({"x-write-key": "é"}, "", 401, id="not ASCII"),
        pytest.param({"x-write-key": KEY}, "", 200, id="in a header"),
        pytest.param({"x-write-key": NEXT_KEY}, "", 200, id="the key that replaces it"),
        pytest.param({}, f"?write_key={KEY}", 200, id="in the query"),
        pytest.param({}, "?" + "a=1&" * 50 + f"write_key={KEY}", 401, id="too many parameters"),
    ],
)
def test_a_write_key_is_asked_for_where_one_is_set(
    start: Any, headers: dict[str, str], query: str, status: int
) -> None:
    running = start(ingest={"write_keys": [KEY, NEXT_KEY]})
    encoded = {name: value.encode() for name, value in headers.items()}
    reply = httpx.post(f"{running.url}/clickstream{query}", content=ONE, headers=encoded)
    assert reply.status_code == status
    assert KEY not in reply.text
    for entry in running.lake.list("events/"):
        assert KEY.encode() not in running.lake.get(entry.key)


def test_a_page_may_name_the_key_in_a_header(start: Any) -> None:
    running = start(ingest={"write_keys": [KEY], "allowed_origins": ["https://shop.example"]})
    asked = httpx.options(f"{running.url}/clickstream", headers={"origin": "https://shop.example"})
    assert "x-write-key" in asked.headers["access-control-allow-headers"]


def test_events_of_unlisted_pages_are_refused_where_that_is_set(start: Any) -> None:
    listed = {"allowed_origins": ["https://shop.example"]}
    lenient, strict = start(ingest=listed), start(ingest=listed | {"refuse_unlisted": True})
    assert lenient.post(ONE, origin="https://other.example").status_code == 200
    refused = strict.post(ONE, origin="https://other.example")
    assert (refused.status_code, refused.json()["reason"]) == (403, "origin")
    assert strict.post(ONE, origin="https://shop.example").status_code == 200
    assert strict.post(ONE).status_code == 200  # no page at all


# how much one may send


def test_an_address_that_sends_too_much_is_told_when_to_come_again(start: Any) -> None:
    running = start(rate_limit=2, rate_burst=5)
    replies = [running.post(ONE) for _ in range(8)]
    assert [reply.status_code for reply in replies[:5]] == [200] * 5
    assert replies[-1].status_code == 429
    assert replies[-1].json()["reason"] == "rate_limit"
    assert int(replies[-1].headers["retry-after"]) >= 1
    deadline = time.monotonic() + 5  # two events a second are allowed anew
    while running.post(ONE).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_array_counts_as_the_events_that_it_has(start: Any) -> None:
    running = start(rate_limit=1, rate_burst=50)
    assert running.post(json.dumps([{"eventName": "a"}] * 500)).status_code == 200
    refused = running.post(ONE)
    assert refused.status_code == 429
    assert 400 < int(refused.headers["retry-after"]) <= 500


def test_a_flood_from_one_address_does_not_hurt_others(start: Any) -> None:
    running = start(rate_limit=20, rate_burst=40, workers=2, ingest=PROXIED)
    stop = threading.Event()
    taken = [0]

    def flood() -> None:
        with httpx.Client(headers={"x-forwarded-for": "198.51.100.66"}) as client:
            while not stop.is_set():
                reply = client.post(f"{running.url}/clickstream", content=ONE)
                taken[0] += reply.status_code == 200

    began = time.monotonic()
    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads:
        thread.start()
    statuses = []
    with httpx.Client() as client:
        for number in range(100):
            address = f"203.0.113.{number}"
            reply = client.post(
                f"{running.url}/clickstream", content=ONE, headers={"x-forwarded-for": address}
            )
            statuses.append(reply.status_code)
    while time.monotonic() - began < 2:
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    assert statuses == [200] * 100
    assert 30 <= taken[0] <= 1.2 * (40 + 20 * seconds)  # over both workers together


def test_a_claimed_address_does_not_escape_the_limit(start: Any) -> None:
    running = start(rate_limit=1, rate_burst=3)
    statuses = [
        running.post(ONE, x_forwarded_for=f"203.0.113.{number}").status_code for number in range(6)
    ]
    assert 429 in statuses


def test_the_rest_answers_in_a_flood(start: Any) -> None:
    running = start(rate_limit=1, rate_burst=1)
    assert {running.post(ONE).status_code for _ in range(3)} == {200, 429}
    assert httpx.get(f"{running.url}/health").status_code == 200
    text = httpx.get(f"{running.url}/metrics").text
    assert 'clickstream_collector_rejected_total{reason="rate_limit"} 2' in text
    assert 'clickstream_collector_requests_total{status="429"} 2' in text


# what a request may cost


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_gzip_bomb_is_not_unpacked(start: Any, is_announced: bool) -> None:
    running = start()
    bomb = gzip.compress(b'{"eventName":"' + b"a" * 200_000_000 + b'"}', 9)
    assert len(bomb) < 1_000_000
    headers = {"content-encoding": "gzip"} if is_announced else {}
    with healthy(running):
        worker = running.workers()[0]
        before = resident(worker)
        assert running.post(bomb, **headers).status_code == 413
        assert resident(worker) - before < 30_000


def resident(pid: int) -> int:
    """The memory of a process, in kB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


def test_gzip_within_gzip_is_no_event(start: Any) -> None:
    running = start()
    with healthy(running):
        twice = gzip.compress(gzip.compress(ONE))
        assert running.post(twice, content_encoding="gzip").status_code == 400
        assert running.post(zlib.compress(ONE), content_encoding="gzip").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 500_000, id="arrays"),
        pytest.param(b'{"a":' * 100_000, id="objects"),
        pytest.param(b'{"eventName":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"}", id="an event"),
        pytest.param(b'[{"eventName":"a"},' + b"[" * 90_000 + b"]" * 90_000 + b"]", id="a batch"),
    ],
)
def test_deep_json_is_a_4xx(start: Any, body: bytes) -> None:
    running = start()
    with healthy(running):
        assert running.post(body).status_code in {200, 400, 413}
    if body.startswith(b'[{"eventName"'):
        return  # its first event is taken
    assert running.post(body).status_code in {400, 413}


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"X: " + b"x" * 300_000 + b"\r\n", id="one long header"),
        pytest.param(b"".join(b"X%d: y\r\n" % n for n in range(5000)), id="many headers"),
    ],
)
def test_huge_headers_are_refused(start: Any, head: bytes) -> None:
    running = start()
    with healthy(running):
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
            try:
                connection.sendall(POST + head + b"Content-Length: 31\r\n\r\n" + ONE)
                answer = everything(connection)
            except (ConnectionResetError, BrokenPipeError):
                answer = b""  # it was cut off while it still sent
        assert answer == b"" or status_of(answer) in {400, 431}


def test_a_huge_address_is_refused(start: Any) -> None:
    running = start()
    with healthy(running):
        reply = httpx.post(f"{running.url}/clickstream?{'a' * 60_000}", content=ONE)
        assert reply.status_code in {200, 414, 431}


def test_headers_that_trickle_in_are_given_up(start: Any) -> None:
    running = start(header_timeout=1)
    with healthy(running):
        slow = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
        for connection in slow:
            connection.sendall(POST + b"X-Slow: ")
        deadline = time.monotonic() + 15
        for connection in slow:
            connection.settimeout(max(0.1, deadline - time.monotonic()))
            answer = everything(connection)  # ends, so the collector has hung up
            assert answer == b"" or status_of(answer) in {400, 408}
            connection.close()


def test_bodies_that_trickle_in_are_given_up(start: Any) -> None:
    running = start(body_timeout=1)
    with healthy(running):
        slow = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
        for connection in slow:
            connection.settimeout(15)
            connection.sendall(POST + b"Connection: close\r\nContent-Length: 31\r\n\r\n{")
        for _ in range(3):
            for connection in slow[:20]:
                with contextlib.suppress(OSError):  # it has hung up
                    connection.sendall(b" ")
        assert {status_of(connection.recv(65536)) for connection in slow} == {408}
        for connection in slow:
            connection.close()


def test_many_idle_connections_leave_room_and_end(start: Any) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    count = min(1500, limit - 200)
    running = start(header_timeout=2)
    idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(count)]
    assert running.post(ONE).status_code == 200
    with healthy(running):
        for connection in idle:
            connection.settimeout(20)
            assert everything(connection) == b""
            connection.close()


def test_a_pipeline_of_requests_is_answered_in_order(start: Any) -> None:
    running = start()
    request = POST + b"Content-Length: 31\r\n\r\n" + ONE
    last = POST + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
    with (
        healthy(running),
        socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection,
    ):
        connection.sendall(request * 50 + last)
        answer = everything(connection)
        assert answer.count(b"HTTP/1.1 200") == 50
        assert answer.count(b"HTTP/1.1 400") == 1


@pytest.mark.parametrize(
    "framing",
    [
        pytest.param(b"Content-Length: 31\r\nContent-Length: 32\r\n", id="two lengths"),
        pytest.param(b"Content-Length: -1\r\n", id="a negative length"),
        pytest.param(b"Content-Length: 99999999999999999999\r\n", id="an absurd length"),
        pytest.param(b"Transfer-Encoding: chunked, identity\r\n", id="an odd encoding"),
    ],
)
def test_ambiguous_lengths_smuggle_nothing(start: Any, framing: bytes) -> None:
    running = start(body_timeout=1)
    smuggled = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with (
        healthy(running),
        socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection,
    ):
        connection.sendall(POST + framing + b"\r\n" + ONE + smuggled)
        answer = everything(connection)
        assert answer == b"" or status_of(answer) in {400, 408, 413}
        assert b"clickstream_collector" not in answer


# what a connection bears


def talk(running: Any, *parts: bytes, until: bytes = b"") -> bytes:
    """What the collector says to these bytes, up to its end or to `until`."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.05)
        answer = b""
        while not (until and until in answer) and (chunk := connection.recv(65536)):
            answer += chunk
        return answer


SENT = b"Content-Length: 31\r\n\r\n" + ONE


def test_a_request_that_comes_byte_by_byte_is_one_request(start: Any) -> None:
    running = start()
    raw = POST + b"Connection: close\r\n" + SENT
    answer = talk(running, *(raw[index : index + 7] for index in range(0, len(raw), 7)))
    assert status_of(answer) == 200
    assert answer.count(b"HTTP/1.1") == 1


def test_a_client_that_asks_whether_to_go_on_is_told_so(start: Any) -> None:
    running = start()
    head = POST + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 31\r\n\r\n"
    answer = talk(running, head, ONE)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_a_client_that_has_said_all_still_hears_the_answer(start: Any) -> None:
    running = start()
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(POST + SENT)
        connection.shutdown(socket.SHUT_WR)
        assert status_of(everything(connection)) == 200


def test_what_follows_the_last_request_is_not_read(start: Any) -> None:
    running = start()
    answer = talk(running, POST + b"Connection: close\r\n" + SENT + POST + SENT)
    assert answer.count(b"HTTP/1.1") == 1
    assert b"connection: close" in answer


def test_an_old_client_is_answered_and_let_go(start: Any) -> None:
    running = start()
    answer = talk(running, b"POST /clickstream HTTP/1.0\r\nConnection: keep-alive\r\n" + SENT)
    assert status_of(answer) == 200
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    ("target", "status"),
    [
        pytest.param(b"http://shop.example/clickstream", 200, id="a whole URL"),
        pytest.param(b"/clickstream?a=1", 200, id="a query"),
        pytest.param(b"/clickstream/", 404, id="a slash more"),
        pytest.param(b"clickstream", 400, id="no path"),
    ],
)
def test_the_target_of_a_request_is_its_path(start: Any, target: bytes, status: int) -> None:
    running = start()
    raw = b"POST " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + SENT
    assert status_of(talk(running, raw)) == status


def test_an_upgrade_is_left_aside(start: Any) -> None:
    running = start()
    asks = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert status_of(talk(running, asks, until=b"}")) == 200
    sends = POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" + SENT
    assert status_of(talk(running, sends, until=b"}")) == 200
    assert status_of(talk(running, b"CONNECT shop.example:443 HTTP/1.1\r\nHost: x\r\n\r\n")) == 405


def test_a_client_that_takes_no_answers_is_given_up(start: Any) -> None:
    running = start(body_timeout=1)
    asks = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with healthy(running):
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", running.port))
        deaf.settimeout(20)
        with pytest.raises(OSError, match=r"reset|Broken pipe|refused"):
            _send_for_ever(deaf, asks * 100)
        deaf.close()


def _send_for_ever(connection: socket.socket, data: bytes) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection.sendall(data)


# what is for this machine alone


@pytest.mark.parametrize("path", ["/metrics", "/try"])
@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host"]
)
def test_a_request_through_a_proxy_on_this_machine_is_not_of_this_machine(
    start: Any, path: str, header: str
) -> None:
    running = start()
    assert httpx.get(running.url + path).status_code == 200
    proxied = httpx.get(running.url + path, headers={header: "203.0.113.7"})
    assert proxied.status_code in {403, 404}


# what is written down


def test_a_request_has_one_id_in_the_lake_and_the_proxys_where_it_is_trusted(start: Any) -> None:
    running = start(ingest=PROXIED)
    running.post(json.dumps([{"eventName": "a"}, {"eventName": "b"}]))
    running.post(ONE, x_request_id="proxy-7f3a")
    running.post(ONE, x_request_id='"},"sourceIp":"1.1.1.1')
    ids = [one["_ingest"]["requestId"] for one in lines_of(running)]
    assert ids.count("proxy-7f3a") == 1
    assert len(ids) == 4
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[\w-]+", one) for one in ids)


def test_an_id_from_anyone_else_is_not_believed(start: Any) -> None:
    running = start()
    running.post(ONE, x_request_id="mine")
    assert [one["_ingest"]["requestId"] == "mine" for one in lines_of(running)] == [False]


def lines_of(running: Any) -> list[dict[str, Any]]:
    found = []
    for entry in running.lake.list("events/"):
        body = running.lake.get(entry.key)
        lines = gzip.decompress(body).splitlines() if entry.key.endswith(".gz") else [body]
        found += [json.loads(line) for line in lines]
    return found


async def _concurrent(url: str, count: int) -> list[int]:
    async with httpx.AsyncClient(timeout=30) as client:
        replies = await asyncio.gather(
            *(client.post(f"{url}/clickstream", content=ONE) for _ in range(count))
        )
    return [reply.status_code for reply in replies]


def test_a_limit_counts_for_all_connections_of_an_address_together(start: Any) -> None:
    running = start(rate_limit=1, rate_burst=20, workers=2)
    statuses = asyncio.run(_concurrent(running.url, 80))
    assert 15 <= statuses.count(200) <= 30
    assert statuses.count(429) == 80 - statuses.count(200)
