"""``clickstream up`` with its real processes: it starts, takes events, leaves nothing behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from clickstream.entrypoints.ports import answers

pytestmark = pytest.mark.postgres

_numbers = count(1)
EVENT = {"eventName": "up_test", "eventId": "up-1", "clientId": "c-1", "pageUrl": "https://s.test/"}


class Up:
    """A running ``clickstream up`` on a data folder and ports of its own."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.options = data, options
        self.port, self.collector_port = free_port(), free_port()
        own = {key: text for key, text in os.environ.items() if not key.startswith("CLICKSTREAM_")}
        self.environment = own | {"CLICKSTREAM_DATA_DIR": str(data)}
        self.output = data.parent / f"{data.name}.out"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            return subprocess.Popen(
                self._command("up", "--every", "1s", "--port", str(self.port),
                              "--collector-port", str(self.collector_port), *self.options),
                env=self.environment, stdout=output, stderr=output, cwd=self.data.parent,
                start_new_session=True,
            )  # fmt: skip

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments), env=self.environment, cwd=self.data.parent,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "clickstream.entrypoints.cli", *arguments]

    def await_(self, condition: Callable[[], bool], *, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def post(self, event: dict[str, object]) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.collector_port}/clickstream",
            json.dumps(event).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["success"] is True

    def processes(self) -> list[str]:
        """All processes of this stack: those with its data folder in their environment or cwd."""
        found = []
        warehouse = (self.data / "warehouse").resolve()
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                environment = (process / "environ").read_bytes().split(b"\0")
                is_ours = f"CLICKSTREAM_DATA_DIR={self.data}".encode() in environment
                if is_ours or (process / "cwd").resolve().is_relative_to(warehouse):
                    found.append((process / "cmdline").read_text().replace("\0", " "))
        return found

    def child(self, command: str) -> int:
        """The process of one of its services."""
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                line = (process / "cmdline").read_text().replace("\0", " ")
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and line.strip().endswith(command):
                    return int(process.name)
        raise AssertionError(f"there is no {command}: {self.said()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def up(open_folder: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(*options: str) -> Up:
        started.append(Up(open_folder / f"up-{next(_numbers)}", *options))
        return started[-1]

    yield start
    for one in started:
        one.process.send_signal(signal.SIGINT)
        try:
            one.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            one.process.kill()
            raise


def event_counts(stack: Up) -> dict[str, int]:
    answer = stack.run("report", "events", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert document["report"] == "events"
    return {row["event_name"]: row["events"] for row in document["rows"]}


def test_an_event_posted_to_the_stack_is_reported_and_ctrl_c_leaves_nothing(
    up: Callable[..., Up],
) -> None:
    stack = up()
    stack.await_(lambda: answers(stack.collector_port, "/health"))
    stack.await_(lambda: "Dashboard   http://127.0.0.1" in stack.said())
    stack.post(EVENT)
    stack.await_(lambda: event_counts(stack) == {"up_test": 1}, seconds=30)
    assert answers(stack.port, "/health")
    again = stack.run("up", "--port", str(free_port()), "--collector-port", str(free_port()))
    assert again.returncode == 2
    assert f"already runs on {stack.data} (process {stack.process.pid})" in again.stderr
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(timeout=60) == 0
    assert stack.said().splitlines()[-1] == "Everything has stopped."
    assert stack.processes() == []


def test_a_service_that_is_killed_comes_back_and_loses_nothing(up: Callable[..., Up]) -> None:
    stack = up()
    stack.await_(lambda: answers(stack.collector_port, "/health"))
    stack.post(EVENT)
    os.kill(stack.child("serve"), signal.SIGKILL)
    stack.await_(lambda: "The collector ended with status -9" in stack.said())
    stack.await_(lambda: answers(stack.collector_port, "/health"))
    stack.post(EVENT | {"eventId": "up-2"})
    stack.await_(lambda: event_counts(stack) == {"up_test": 2}, seconds=30)


def test_the_demo_has_all_its_history_though_it_was_interrupted(up: Callable[..., Up]) -> None:
    stack = up("--demo")
    lake = stack.data / "lake/events"
    stack.await_(lambda: lake.is_dir() and any(lake.rglob("*.ndjson.gz")))
    stack.process.send_signal(signal.SIGTERM)
    assert stack.process.wait(timeout=60) == 0
    assert stack.processes() == []
    stack.process = stack.start()
    stack.await_(lambda: "Dashboard   http://127.0.0.1" in stack.said(), seconds=200)
    days = json.loads(stack.run("report", "trends", "--format", "json").stdout)["rows"]
    assert [day["period"] for day in days if day["value"] < 100 and day["is_complete"]] == []
    before = event_counts(stack)
    stack.await_(lambda: event_counts(stack) != before, seconds=60)


def test_nothing_outlives_a_supervisor_that_is_killed(up: Callable[..., Up]) -> None:
    stack = up()
    stack.await_(lambda: "Dashboard   http://127.0.0.1" in stack.said())
    stack.post(EVENT)
    stack.process.kill()
    stack.process.wait()
    stack.await_(lambda: stack.processes() == [], seconds=30)
    stack.process = stack.start()
    stack.await_(lambda: answers(stack.collector_port, "/health"))
    stack.await_(lambda: event_counts(stack) == {"up_test": 1}, seconds=30)


def test_a_port_in_use_is_said_before_anything_starts(up: Callable[..., Up]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stack = up("--collector-port", str(port))
        assert stack.process.wait(timeout=60) == 2
    assert stack.said() == (
        f"clickstream: Port {port} of 127.0.0.1 is in use by another program. End that, or take "
        f"another port: clickstream up --collector-port {port + 1}\n"
    )
    assert not (stack.data / "warehouse").exists()


@pytest.mark.parametrize("command", ["serve", "dashboard"])
def test_a_part_alone_stops_on_sigterm_with_0(open_folder: Path, command: str) -> None:
    port = free_port()
    data = open_folder / f"alone-{command}"
    process = subprocess.Popen(
        [sys.executable, "-m", "clickstream.entrypoints.cli", command, "--port", str(port)],
        env=os.environ | {"CLICKSTREAM_DATA_DIR": str(data)}, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, cwd=open_folder, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not answers(port, "/health"):
        assert time.monotonic() < deadline
        assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=30) == 0
