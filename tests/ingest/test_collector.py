"""The collector as its clients know it: a real process, real sockets, real signals."""

import asyncio
import gzip
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from clickstream.contract import decode_object
from clickstream.lake import Lake

ONE = b'{"eventName":"a","eventId":"1"}'


def kept(lake: Lake) -> list[dict[str, Any]]:
    """Every event of the lake."""
    found: list[dict[str, Any]] = []
    for entry in lake.list("events/"):
        body = lake.get(entry.key)
        lines = gzip.decompress(body).splitlines() if entry.key.endswith(".gz") else [body]
        found += map(decode_object, lines)
    return found


def counted(running: Any) -> dict[str, float]:
    text = httpx.get(f"{running.url}/metrics").text
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name.removeprefix("clickstream_collector_"): float(value) for name, value in pairs}


async def post_many(url: str, bodies: list[bytes], *, concurrent: int) -> list[int]:
    """The status of each body's answer, 0 where none came."""
    statuses = [0] * len(bodies)
    numbers = iter(range(len(bodies)))
    limits = httpx.Limits(max_connections=concurrent)

    async def work(client: httpx.AsyncClient) -> None:
        for number in numbers:
            try:
                reply = await client.post(f"{url}/clickstream", content=bodies[number])
            except httpx.TransportError:
                continue
            statuses[number] = reply.status_code

    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(work(client) for _ in range(concurrent)))
    return statuses


def bodies(count: int) -> list[bytes]:
    return [b'{"eventName":"a","eventId":"%d"}' % number for number in range(count)]


def test_a_lone_event_is_one_object_at_once(start: Any) -> None:
    running = start()
    reply = running.post(ONE, content_type="application/json")
    assert (reply.status_code, reply.json()) == (200, {"success": True})
    (entry,) = running.lake.list("events/")
    assert "/event-" in entry.key
    (event,) = kept(running.lake)
    assert event["_ingest"]["sourceIp"] == "127.0.0.0"
    assert event["_ingest"]["path"] == "/clickstream"


def test_events_that_wait_together_share_an_object_and_workers_share_their_counts(
    start: Any,
) -> None:
    running = start(workers=2, commit_interval=0.1)
    statuses = asyncio.run(post_many(running.url, bodies(600), concurrent=64))
    assert statuses == [200] * 600
    assert sorted(int(event["eventId"]) for event in kept(running.lake)) == list(range(600))
    counts = counted(running)
    assert counts["events_total"] == 600
    assert counts['requests_total{status="200"}'] >= 600
    assert counts["objects_total"] == len(list(running.lake.list("events/"))) < 400
    assert len(running.workers()) == 2


def test_a_worker_that_dies_is_replaced_and_no_count_falls(start: Any) -> None:
    running = start(workers=2)
    asyncio.run(post_many(running.url, bodies(50), concurrent=16))
    victim = running.workers()[0]
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(set(running.workers()) - {victim}) < 2 or not _answers(running):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert counted(running)["events_total"] == 50


def _answers(running: Any) -> bool:
    try:
        return httpx.get(f"{running.url}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_no_acknowledged_event_is_lost_when_the_collector_is_killed(start: Any) -> None:
    chance = random.Random(7)
    for _ in range(3):
        running = start(workers=2)
        before = len(kept(running.lake))
        load = bodies(4000)
        killer = threading.Thread(target=_kill_at_work, args=[running, chance.uniform(0.2, 0.8)])
        killer.start()
        statuses = asyncio.run(post_many(running.url, load, concurrent=32))
        killer.join()
        acknowledged = {number for number, status in enumerate(statuses) if status == 200}
        found = [int(event["eventId"]) for event in kept(running.lake)[0:]]
        assert acknowledged <= set(found)
        assert 0 < len(acknowledged) < 4000
        assert before <= len(found)
        shutil.rmtree(Path(running.lake.url.removeprefix("file://")))


def _kill_at_work(running: Any, seconds: float) -> None:
    """Kills a collector so long after its first object, however slow the machine is."""
    while not any(running.lake.list("events/")):
        time.sleep(0.01)
    time.sleep(seconds)
    running.kill()


def test_a_stop_keeps_and_answers_what_is_being_received(start: Any) -> None:
    running = start(workers=2)
    stopper = threading.Timer(0.5, running.process.send_signal, [signal.SIGTERM])
    stopper.start()
    statuses = asyncio.run(post_many(running.url, bodies(4000), concurrent=32))
    running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    acknowledged = {number for number, status in enumerate(statuses) if status == 200}
    found = [int(event["eventId"]) for event in kept(running.lake)]
    assert acknowledged <= set(found)
    assert len(found) == len(set(found))
    assert set(statuses) <= {0, 200}


def test_workers_end_with_the_process_that_started_them(start: Any) -> None:
    running = start(workers=2)
    assert len(running.workers()) == 2
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.communicate(timeout=30)  # the pipe ends with the last worker


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_stop_is_quick_when_nothing_waits(start: Any, name: str) -> None:
    running = start()
    with httpx.Client() as idle:  # its connection stays open
        idle.post(f"{running.url}/clickstream", content=ONE)
        started = time.monotonic()
        assert running.stop(getattr(signal, name)) == 0
    assert time.monotonic() - started < 10


def exchange(running: Any, raw: bytes, *, then: bytes = b"", pause: float = 0) -> bytes:
    """What the server says to bytes that no decent client would send."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(raw)
        if pause:
            time.sleep(pause)
        connection.sendall(then)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


POST = b"POST /clickstream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(POST + b"\r\n", 400, id="no body"),
        pytest.param(POST + b"Content-Length: x\r\n\r\n", 400, id="no length"),
        pytest.param(
            POST + b"X-\xff: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}", 400, id="header name"
        ),
        pytest.param(
            POST + b"Accept-Language: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
            400,
            id="header value",
        ),
        pytest.param(
            POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400, id="chunked"
        ),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, id="broken chunk"),
        pytest.param(
            b"GET /clickstream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, id="GET"
        ),
        pytest.param(b"PUT /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, id="path"),
        pytest.param(
            b"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, id="dots"
        ),
        pytest.param(b"nonsense\r\n\r\n", 400, id="no HTTP"),
    ],
)
def test_bad_requests_get_a_4xx(start: Any, raw: bytes, status: int) -> None:
    running = start()
    answer = exchange(running, raw)
    assert answer == b"" or int(answer.split(b" ", 2)[1]) == status
    assert running.post(ONE).status_code == 200


def test_a_header_that_is_not_ascii_does_no_harm(start: Any) -> None:
    running = start()
    head = POST + b"Accept-Language: \xc3\xa9\xff\r\nContent-Length: %d\r\n\r\n" % len(ONE)
    assert exchange(running, head + ONE).split(b" ", 2)[1] == b"200"


def test_a_body_that_is_too_large_is_told_so(start: Any) -> None:
    running = start()
    assert running.post(b"[" + b" " * 3_000_000 + b"]").status_code == 413
    chunks = (b" " * 100_000 for _ in range(30))
    assert httpx.post(f"{running.url}/clickstream", content=chunks).status_code == 413
    assert running.post(ONE).status_code == 200


def test_a_body_that_does_not_come_is_given_up(start: Any) -> None:
    running = start(body_timeout=1)
    for framing in (b"Content-Length: 31\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
            connection.sendall(POST + framing)
            assert connection.recv(65536).split(b" ", 2)[1] == b"408"
    assert running.post(ONE).status_code == 200


def test_a_client_that_leaves_is_no_trouble(start: Any) -> None:
    running = start()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", running.port)) as connection:
            connection.sendall(POST + b"Content-Length: 31\r\n\r\n" + ONE[:9])
    assert running.post(ONE).status_code == 200
    assert running.stop() == 0


def test_pages_on_the_list_are_let_in(start: Any) -> None:
    running = start(ingest={"allowed_origins": ["https://shop.example"]})
    ask = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    url = f"{running.url}/clickstream"
    yes = httpx.options(url, headers=ask | {"origin": "https://shop.example"})
    assert yes.status_code == 204
    assert yes.headers["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in yes.headers["access-control-allow-methods"]
    assert "content-type" in yes.headers["access-control-allow-headers"]
    no = httpx.options(url, headers=ask | {"origin": "https://other.example"})
    assert no.status_code == 403
    assert "access-control-allow-origin" not in no.headers
    sent = running.post(ONE, origin="https://shop.example")
    assert sent.headers["access-control-allow-origin"] == "https://shop.example"


def test_forwarded_addresses_count_from_configured_proxies_alone(start: Any) -> None:
    running = start(ingest={"trusted_proxies": ["127.0.0.0/8"]})
    running.post(ONE, x_forwarded_for="6.6.6.6, 198.51.100.7")
    assert [event["_ingest"]["sourceIp"] for event in kept(running.lake)] == ["198.51.100.0"]


@pytest.mark.parametrize(
    ("proxies", "country"),
    [
        pytest.param(["127.0.0.0/8"], "VN", id="a configured proxy's word"),
        pytest.param([], "VN", id="that of a proxy on this machine"),
        pytest.param(["192.0.2.1/32"], None, id="nobody else's"),
    ],
)
def test_the_country_counts_from_proxies_alone(
    start: Any, proxies: list[str], country: str | None
) -> None:
    running = start(ingest={"trusted_proxies": proxies, "country_header": "cf-ipcountry"})
    running.post(ONE, cf_ipcountry="VN")
    (event,) = kept(running.lake)
    assert event["_ingest"].get("headers", {}).get("cf-ipcountry") == country


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount, and not everywhere")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_a_503_until_there_is_room_again(start: Any, small_disk: Path) -> None:
    running = start((small_disk / "lake").as_uri())
    assert running.post(ONE).status_code == 200
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(b"x" * 4_000_000)
    refused = running.post(ONE)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["success"] is False
    filler.unlink()
    assert running.post(ONE).status_code == 200
    assert len(kept(running.lake)) == 2


def test_an_s3_that_is_away_is_a_503(start: Any, s3_url: str, monkeypatch: Any) -> None:
    running = start(s3_url)
    assert running.post(ONE).status_code == 200
    running.stop()
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # it accepts, and never answers
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        running = start(s3_url, commit_timeout=1)
        refused = running.post(ONE)
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
        running.kill()


def test_what_waits_for_a_slow_lake_is_bounded(start: Any, s3_url: str, monkeypatch: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        running = start(s3_url, commit_timeout=3, max_pending_bytes=2_000)
        started = time.monotonic()
        statuses = asyncio.run(post_many(running.url, bodies(200), concurrent=200))
        assert statuses == [503] * 200
        assert counted(running)['rejected_total{reason="unavailable"}'] == 200
        assert time.monotonic() - started < 60
        running.kill()


def test_only_this_machine_may_read_the_metrics(start: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    running = start(host="0.0.0.0")
    assert httpx.get(f"http://{own}:{running.port}/metrics").status_code == 403
    assert httpx.get(f"http://{own}:{running.port}/health").status_code == 200
    assert httpx.get(f"{running.url}/metrics").status_code == 200


def test_the_json_parsing_suite_gets_no_5xx_and_what_is_taken_comes_out_unchanged(
    start: Any, fixtures: Path
) -> None:
    running = start()
    taken: list[Any] = []
    with httpx.Client() as client:
        for path in sorted((fixtures / "json_test_suite" / "test_parsing").glob("*.json")):
            value = path.read_bytes()
            for body in (value, b'{"eventName":"%b","any":%b}' % (path.stem.encode(), value)):
                reply = client.post(f"{running.url}/clickstream", content=body)
                assert reply.status_code in {200, 400, 413}, path.name
                if reply.status_code == 200:
                    taken.append(body)
                if body is not value:
                    _check_verdict(path.name, reply.status_code)
    assert len(kept(running.lake)) == len(taken) > 90


def _check_verdict(name: str, status: int) -> None:
    if name.startswith("y_"):
        assert status == 200, name
    elif name.startswith("n_") and name not in {"n_structure_no_data.json"}:
        assert status in {400, 413}, name


def test_naughty_strings_come_out_unchanged(start: Any, fixtures: Path) -> None:
    running = start()
    strings = json.loads((fixtures / "blns" / "blns.json").read_text())
    fields = [{"eventName": "a", "pageTitle": text, "properties": {"x": text}} for text in strings]
    for event in fields:
        reply = running.post(json.dumps(event), content_type="application/json")
        assert reply.status_code == 200, event
    found = kept(running.lake)
    assert sorted(event["pageTitle"] for event in found) == sorted(strings)
    assert all(event["pageTitle"] == event["properties"]["x"] for event in found)
