import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clickstream.entrypoints.service import LARGEST_LOG, Service, shorten
from clickstream.entrypoints.supervisor import Stopped, Supervisor
from clickstream.errors import ClickstreamError

pytestmark = pytest.mark.unit

# Says its number, and on SIGTERM its name, into the file it is given.
OBEDIENT = """
import os, signal, sys, time
notes = open(sys.argv[1], "a", buffering=1)
def stop(*_):
    notes.write(f"{sys.argv[2]} stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
notes.write(f"{sys.argv[2]} {os.getpid()}\\n")
time.sleep(60)
"""
STUBBORN = OBEDIENT.replace("    sys.exit(0)\n", "")
# Leaves a process of its own behind.
PARENT = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]] + sys.argv[2:])"
)


class Desk:
    """A supervisor under test, with what it says and what its services note."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.notes = folder / "notes"
        self.notes.touch()
        self.logs = folder
        self.supervisor = Supervisor(
            ("first", "second"), logs=folder, environment=os.environ, say=self.said.append
        )

    def service(self, name: str, script: str, *more: str, stop_seconds: float = 10) -> Service:
        command = (sys.executable, "-c", script, *more, str(self.notes), name)
        return Service(name=name, command=command, stop_seconds=stop_seconds)

    def lines(self, start: str) -> list[str]:
        return [line for line in self.notes.read_text().splitlines() if line.startswith(start)]

    def pid(self, name: str) -> int:
        return int(self.lines(f"{name} ")[-1].split()[1])

    def await_(self, condition: Callable[[], bool]) -> None:
        assert self.supervisor.wait_until(condition, seconds=15), self.notes.read_text()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with made.supervisor.catching():
        yield made
        made.supervisor.stop_all()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_services_stop_in_their_order_whatever_order_they_started_in(desk: Desk) -> None:
    for name in ("second", "first"):
        desk.supervisor.start(desk.service(name, OBEDIENT))
    desk.await_(lambda: len(desk.notes.read_text().splitlines()) == 2)
    desk.supervisor.stop_all()
    assert desk.notes.read_text().splitlines()[2:] == ["first stopped", "second stopped"]


def test_a_service_that_dies_is_started_again_and_said_so(desk: Desk) -> None:
    desk.supervisor.start(desk.service("first", OBEDIENT))
    desk.await_(lambda: bool(desk.lines("first")))
    os.kill(desk.pid("first"), signal.SIGKILL)
    desk.await_(lambda: len(desk.lines("first")) == 2)
    assert desk.said[0].startswith("The first ended with status -9; it is started again in 1 s")


def test_each_failure_waits_longer_and_its_last_words_are_told(desk: Desk) -> None:
    desk.supervisor.start(desk.service("first", "raise SystemExit('no luck')"))
    desk.await_(lambda: len(desk.said) == 2)
    assert "again in 1 seconds" in desk.said[0]
    assert "again in 2 seconds" in desk.said[1]
    assert desk.said[0].endswith(f"Its last words, in {desk.logs}/first.log: no luck")


def test_what_a_dead_service_has_started_dies_with_it(desk: Desk) -> None:
    command = (sys.executable, "-c", PARENT, OBEDIENT, str(desk.notes), "first")
    desk.supervisor.start(Service(name="first", command=command))
    desk.await_(lambda: bool(desk.said) and bool(desk.lines("first")))
    desk.supervisor.stop_all()
    pid = desk.pid("first")
    deadline = time.monotonic() + 10
    while is_alive(pid) and not is_zombie(pid):
        assert time.monotonic() < deadline


def is_zombie(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_service_that_does_not_stop_is_killed_and_said_so(desk: Desk) -> None:
    desk.supervisor.start(desk.service("first", STUBBORN, stop_seconds=0.3))
    desk.await_(lambda: bool(desk.lines("first")))
    pid = desk.pid("first")
    desk.supervisor.stop_all()
    assert not is_alive(pid)
    assert desk.said == ["The first did not stop in time, and was killed."]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stop_signal_ends_the_watch(desk: Desk, name: str) -> None:
    number = signal.Signals[name]
    timer = threading.Timer(0.2, os.kill, (os.getpid(), number))
    timer.start()
    with pytest.raises(Stopped):
        desk.supervisor.keep_alive()
    timer.join()


def test_a_second_signal_kills_what_does_not_stop(desk: Desk) -> None:
    desk.supervisor.start(desk.service("first", STUBBORN, stop_seconds=60))
    desk.await_(lambda: bool(desk.lines("first")))
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    desk.supervisor.stop_all()
    timer.join()
    assert desk.said == ["The first did not stop before a second signal came, and was killed."]


def test_a_job_runs_to_its_end_and_its_failure_is_an_error(desk: Desk) -> None:
    desk.supervisor.run(Service(name="history", command=(sys.executable, "-c", "")))
    with pytest.raises(ClickstreamError, match="The history ended with status 3"):
        desk.supervisor.run(
            Service(name="history", command=(sys.executable, "-c", "raise SystemExit(3)"))
        )


def test_a_stop_signal_stops_the_job_too(desk: Desk) -> None:
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(Stopped):
        desk.supervisor.run(desk.service("history", "import time; time.sleep(60)"))
    timer.join()


def test_a_log_that_has_grown_too_large_moves_aside_once(tmp_path: Path) -> None:
    log = tmp_path / "etl.log"
    log.write_bytes(b"x" * (LARGEST_LOG + 1))
    shorten(log)
    assert log.stat().st_size == 0
    assert (tmp_path / "etl.log.1").stat().st_size == LARGEST_LOG + 1
