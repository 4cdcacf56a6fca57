"""The whole platform under mixed traffic at half of what it takes, for an hour: ``python -m
benchmarks.soak``; ``--minutes 5`` for a shorter one.

`clickstream up` runs in a folder of its own. What it takes is measured first: this very traffic for
ten seconds, as fast as it is answered, and the time until all of it is in the warehouse. Then comes
half of that. Meanwhile the dashboard is opened and reports are asked for. At the end every event
that was acknowledged has to be in the warehouse once. Ends with 1 where one is lost or counted
twice, an answer was wrong, or memory grew.
"""

import argparse
import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, LiteralString

import httpx

from benchmarks.traffic import Told, drive, requests
from clickstream.warehouse.connect import connect
from clickstream.warehouse.home import find_home
from clickstream.warehouse.server import EmbeddedServer

MEASURED_SECONDS: Final = 10
SAMPLE_SECONDS: Final = 5
QUESTION_SECONDS: Final = 10
GROWTH_KB: Final = 24_000
"""So much more than in its first third of the time a process may hold in its last: caches fill."""
STUCK_SECONDS: Final = 300
"""Without a new event in the warehouse for so long, the rest is taken for lost: between two loads
the checks, the watch, and what is derived for reports take a minute each at most."""
STEADY: Final = ("collector", "dashboard", "supervisor")
"""Whose memory must not grow. PostgreSQL fills its buffers; the ETL's follows its slices."""
PARTS: Final = {"serve": "collector", "etl": "ETL", "dashboard": "dashboard", "up": "supervisor"}
_Memory = dict[str, list[int]]


@dataclass
class Soaked:
    """What was seen."""

    told: Told = field(default_factory=Told)
    burst: float = 0
    most: float = 0
    rate: float = 0
    memory: _Memory = field(default_factory=lambda: defaultdict(list))
    questions: list[float] = field(default_factory=list)
    failed_questions: int = 0
    waiting: list[int] = field(default_factory=list)
    drained_seconds: float = 0


@dataclass(frozen=True)
class Stack:
    """A running `clickstream up`."""

    folder: Path
    collector: int
    dashboard: int
    pid: int


def main() -> None:
    """Prints the table. Exit status 1 where something is not as it should be."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="clickstream-soak-") as name, running(name) as stack:
        soaked = asyncio.run(soak(stack, minutes=chosen.minutes, seed=chosen.seed))
        soaked.drained_seconds = drain(stack, soaked.told)
        problems = list(show(stack, soaked))
    for problem in problems:
        print(f"PROBLEM: {problem}")
    sys.exit(1 if problems else 0)


@contextmanager
def running(name: str) -> Iterator[Stack]:
    """The platform, until the end of the block."""
    folder = Path(name)
    collector, dashboard = free_port(), free_port()
    command = [
        sys.executable, "-m", "clickstream.entrypoints.cli", "up", "--every", "10s",
        "--port", str(dashboard), "--collector-port", str(collector),
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment(folder), stdout=log, stderr=log)
        try:
            _await(dashboard, process)
            yield Stack(folder, collector, dashboard, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"CLICKSTREAM_DATA_DIR": str(folder / "data")}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("clickstream up did not come up; see the log in its folder")


async def soak(stack: Stack, *, minutes: float, seed: int) -> Soaked:
    """What was seen while traffic came."""
    soaked, source = Soaked(), requests(seed)
    told, port = soaked.told, stack.collector
    soaked.burst = await drive(port, source, told, seconds=MEASURED_SECONDS, rate=None)
    seconds = await asyncio.to_thread(drain, stack, told)
    soaked.most = soaked.burst * MEASURED_SECONDS / (MEASURED_SECONDS + seconds)
    told.seconds.clear()
    watchers = [
        asyncio.create_task(repeat(watch, stack, soaked, every=SAMPLE_SECONDS)),
        asyncio.create_task(repeat(ask, stack, soaked, every=QUESTION_SECONDS)),
    ]
    soaked.rate = await drive(port, source, told, seconds=60 * minutes, rate=soaked.most / 2)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    return soaked


async def repeat(
    look: Callable[[Stack, Soaked], None], stack: Stack, soaked: Soaked, *, every: float
) -> None:
    """Looks again and again, in a thread, so that the traffic goes on meanwhile."""
    while True:
        await asyncio.gather(asyncio.sleep(every), asyncio.to_thread(look, stack, soaked))


def watch(stack: Stack, soaked: Soaked) -> None:
    """Notes the memory of each part, and how many events wait for the ETL."""
    for part, kilobytes in memory(stack).items():
        soaked.memory[part].append(kilobytes)
    soaked.waiting.append(soaked.told.events - loaded(stack))


def ask(stack: Stack, soaked: Soaked) -> None:
    """Opens the dashboard and asks for a report, as people do."""
    began = time.perf_counter()
    page = httpx.get(f"http://127.0.0.1:{stack.dashboard}/", timeout=60)
    answered = subprocess.run(
        [sys.executable, "-m", "clickstream.entrypoints.cli", "report", "overview"],
        env=environment(stack.folder), capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    soaked.questions.append(time.perf_counter() - began)
    soaked.failed_questions += page.status_code != 200 or answered.returncode != 0


def memory(stack: Stack) -> dict[str, int]:
    """Proportional memory of each part, in kB: what is shared is counted in parts."""
    found: dict[str, int] = defaultdict(int)
    for pid, part in processes(stack):
        with suppress(FileNotFoundError, ProcessLookupError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            found[part] += int(rollup.partition("\nPss:")[2].split()[0])
    return found


def processes(stack: Stack) -> Iterator[tuple[int, str]]:
    """Every process of the stack, and the part that it belongs to."""
    for pid in family(stack.pid):
        with suppress(FileNotFoundError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            part = next((PARTS[word] for word in words if word in PARTS), "collector")
            yield pid, part
    home = find_home(stack.folder / "data")
    if home is not None:
        postmaster = int((home.data / "postmaster.pid").read_text().split()[0])
        for pid in family(postmaster):
            yield pid, "PostgreSQL"


def family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    with suppress(FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from family(int(child))


def loaded(stack: Stack) -> int:
    """How many events the warehouse has."""
    return int(query(stack, "select count(*) from clickstream.events")[0][0])


def query(stack: Stack, question: LiteralString) -> list[tuple[Any, ...]]:
    with (
        EmbeddedServer(stack.folder / "data") as server,
        connect(server.url, application_name="soak") as connection,
    ):
        return connection.execute(question).fetchall()


def drain(stack: Stack, told: Told) -> float:
    """Seconds until the ETL has loaded what was acknowledged, or nothing more comes."""
    began, latest, changed = time.monotonic(), -1, time.monotonic()
    while time.monotonic() - changed < STUCK_SECONDS:
        if (count := loaded(stack)) >= told.events:
            break
        if count != latest:
            latest, changed = count, time.monotonic()
        time.sleep(1)
    return time.monotonic() - began


def show(stack: Stack, soaked: Soaked) -> Iterator[str]:
    """Prints the table; what is not as it should be."""
    told = soaked.told
    found = [int(one) for (one,) in query(stack, "select event_id from clickstream.events")]
    (summed,) = query(stack, "select coalesce(sum(events), 0) from clickstream.daily_metrics")[0]
    lost = told.events - sum(
        told.acknowledged[one] for one in set(found) if one < len(told.acknowledged)
    )
    twice = len(found) - len(set(found))
    rows = {
        "answered at most": f"{soaked.burst:,.0f} requests/s for {MEASURED_SECONDS} s",
        "loaded at most": f"{soaked.most:,.0f} requests/s",
        "requests": f"{told.statuses.total():,} at {soaked.rate:,.0f}/s",
        "statuses": ", ".join(f"{status}: {n:,}" for status, n in sorted(told.statuses.items())),
        "wrong answers": f"{told.unexpected:,}",
        "events acknowledged": f"{told.events:,}",
        "events in the warehouse": f"{len(found):,}, lost {lost:,}, twice {twice:,}",
        "events in daily_metrics": f"{summed:,}",
        "answer, milliseconds": f"{told.percentile(50):.1f} median, {told.percentile(99):.1f} p99",
        "waiting for the ETL": f"{max(soaked.waiting):,} events at most",
        "worked off in": f"{soaked.drained_seconds:.0f} s",
        "page and report": f"{len(soaked.questions)} times, {soaked.failed_questions} failed, "
        f"{statistics.median(soaked.questions):.1f} s median, {max(soaked.questions):.1f} s most",
    }
    for part, kilobytes in sorted(soaked.memory.items()):
        first, last = thirds(kilobytes)
        rows[f"memory of the {part}"] = (
            f"{first / 1024:.0f} MB in the first third, {last / 1024:.0f} in the last, "
            f"{max(kilobytes) / 1024:.0f} at most"
        )
        if part in STEADY and last - first > GROWTH_KB:
            yield f"the {part} grew from {first:,.0f} to {last:,.0f} kB"
    for name, value in rows.items():
        print(f"{name:28} {value}")
    if lost or twice or summed != len(found):
        yield f"{lost} events lost, {twice} twice, {summed} in the aggregates"
    if told.unexpected or soaked.failed_questions:
        yield f"{told.unexpected} wrong answers, {soaked.failed_questions} failed questions"


def thirds(values: list[int]) -> tuple[float, float]:
    """The median of the first third and of the last."""
    third = max(1, len(values) // 3)
    return statistics.median(values[:third]), statistics.median(values[-third:])


if __name__ == "__main__":
    main()
