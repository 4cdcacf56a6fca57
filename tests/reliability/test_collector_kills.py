"""The collector killed under load: what it acknowledged is in the warehouse, once."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from clickstream.entrypoints.ports import answers
from clickstream.lake import Lake, open_lake

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
KILLS = max(2, int(os.environ.get("RELIABILITY_KILLS", "6")) // 3)
SENDERS = 4
JSON = {"Content-Type": "application/json"}


class Collector:
    """`clickstream serve` on a lake and a port of its own, as often as it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/clickstream"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def lake(self) -> Lake:
        return open_lake(f"file://{self.folder}/data/lake")

    def start(self) -> None:
        own = {key: text for key, text in os.environ.items() if not key.startswith("CLICKSTREAM_")}
        command = [sys.executable, "-m", "clickstream.entrypoints.cli", "serve"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)], cwd=self.folder,
            env=own | {"CLICKSTREAM_DATA_DIR": str(self.folder / "data")}, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not answers(self.port, "/health"):
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.02)

    def kill(self) -> None:
        """All of its processes at once, as a power cut would."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        assert self.process.wait(60) == 0


class Senders:
    """Clients that send all the time; half of them send again what was not acknowledged."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=[number]) for number in range(SENDERS)
        ]

    def _work(self, sender: int) -> None:
        number = 0
        while not self._stop.is_set():
            ids = [f"{sender}-{number + offset}" for offset in range(1 if number % 3 else 5)]
            number += len(ids)
            self.sent.update(ids)
            while not (is_kept := self._post(ids)) and sender % 2 and not self._stop.is_set():
                time.sleep(0.02)
            if is_kept:
                self.acknowledged.update(ids)

    def _post(self, ids: list[str]) -> bool:
        events = [{"eventName": "page_view", "eventId": one, "clientId": "c"} for one in ids]
        body = json.dumps(events if len(ids) > 1 else events[0]).encode()
        try:
            request = urllib.request.Request(self.url, body, JSON)
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(json.load(answer)["success"])
        except (OSError, urllib.error.HTTPError, ValueError):
            return False

    @contextmanager
    def at_work(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()


def test_what_was_acknowledged_is_in_the_warehouse_once(
    tmp_path: Path, owner: psycopg.Connection, load
):
    chance = random.Random(7)
    collector = Collector(tmp_path)
    senders = Senders(collector.url)
    collector.start()
    with senders.at_work():
        for _kill in range(KILLS):
            heard = len(senders.acknowledged)
            deadline = time.monotonic() + 60
            while len(senders.acknowledged) < heard + 20:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))
            collector.kill()
            collector.start()
    collector.stop()
    report = load(collector.lake, owner)
    found = Counter(row[0] for row in owner.execute("select event_id from events").fetchall())
    assert set(found.values()) == {1}
    assert senders.acknowledged <= found.keys() <= senders.sent
    assert len(senders.acknowledged) >= 20 * KILLS
    assert report.tally.rejected == 0, "a name that can be seen names a whole object"
    assert owner.execute("select sum(events) from daily_metrics").fetchone() == (len(found),)
