"""How quickly the dashboard answers: each page in a browser, and twenty sessions at once.

Over the demo's data (4,000 visitors of 30 days, unless told otherwise), served by a process of its
own. First view: from the navigation until every figure is drawn, nothing cached. Again: the same
from the cache. Filter: from the click until every figure is drawn. Twenty sessions speak Shiny's
protocol over their websockets, without browsers, which would need the cores for themselves.

``--pictures FOLDER`` takes each page in light and dark for the docs instead of measuring.
"""
# ruff: noqa: ANN401, PLC0415 - playwright and websockets are asked for when they are used

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from clickstream.dashboard.app import PAGES

VISITORS: Final = 4000
SESSIONS: Final = 20
CHANGES: Final = 10
SETTLED: Final = """() => new Promise((done) => {
  const settled = "html[data-settled]:not([data-busy])";
  const undrawn = "[data-page]:not([hidden]) .chart-box:not(.is-blank) .chart:not([data-ready])";
  const look = () => document.querySelector(settled) && !document.querySelector(undrawn)
    ? done() : requestAnimationFrame(look);
  look();
})"""
"""Ends with the frame in which all is there; waiting for a selector looks up to 500 ms later."""
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
RANGES: Final = ("7d", "30d", "", "90d")
OUTPUTS: Final = (
    "chips", "dates", "fresh", "notice", "overview-headline", "overview-trend",
    "overview-trend_head", "overview-channels", "overview-devices", "overview-pages",
    "overview-funnel",
)  # fmt: skip
FILTERS: Final = ("channel=Email", "device=mobile", "login=guest", "visitor_type=new", "")


def clickstream(folder: Path, *arguments: str) -> list[str]:
    """A command of the platform with a data folder of its own."""
    os.environ["CLICKSTREAM_DATA_DIR"] = str(folder)
    return [sys.executable, "-m", "clickstream.entrypoints.cli", *arguments]


def fill(folder: Path, visitors: int) -> None:
    """Loads a month of shoppers. It ends a little later, so that some are in the shop now."""
    end = (datetime.now(UTC) + timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:00Z")
    amount = ("--visitors", str(visitors), "--days", "30", "--seed", "1", "--end", end)
    for command in (("simulate", *amount), ("etl",)):
        subprocess.run(clickstream(folder, *command), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """The address of a dashboard, and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = clickstream(folder, "dashboard", "--port", str(port))
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _await(f"{address}/health")
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _await(url: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has taken."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def settle(page: Any) -> None:
    """Waits until the server has answered and every chart is drawn."""
    page.evaluate(SETTLED)


def measure_pages(address: str, pid: int) -> None:
    """Prints how long each page takes, cold, warm and on a change of filter, and the CPU of each.

    The CPU is the page's own thread and the server's process; both count where others are at work.
    """
    heads = "".join(
        f"{name:>11}{'page':>6}{'server':>7}" for name in ("first view", "again", "filter")
    )
    print(f"{'milliseconds':<13}{heads}   (clock; CPU of the page, of the server)")
    with browser() as chromium:
        for one in PAGES:
            context = chromium.new_context(viewport={"width": 1360, "height": 900})
            watched = Watched(context.new_page(), pid)
            go = partial(watched.page.goto, f"{address}/?page={one.key}&range=30d")
            found = [watched.timed(go), watched.timed(go)]
            changes = [watched.change(f"device={name}") for name in ("mobile", "desktop", "tablet")]
            found.append(tuple(statistics.median(each) for each in zip(*changes, strict=True)))
            print(f"{one.key:<13}" + "".join(f"{a:>11.0f}{b:>6.0f}{c:>7.0f}" for a, b, c in found))
            context.close()


class Watched:
    """A page of the browser, whose clock and CPU are read around what is done to it."""

    def __init__(self, page: Any, pid: int) -> None:
        self.page, self.pid = page, pid
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def timed(self, act: Any) -> tuple[float, ...]:
        """Milliseconds until all is drawn: by the clock, of the page's CPU, of the server's."""
        clock, page, server = self._read()
        act()
        settle(self.page)
        now, busy, after = self._read()
        own = busy - page if busy >= page else busy  # counted anew from each navigation on
        return (now - clock) * 1000, own * 1000, (after - server) * 1000

    def change(self, changes: str) -> tuple[float, ...]:
        return self.timed(
            lambda: self.page.evaluate("change => window.view.change(change)", changes)
        )

    def _read(self) -> tuple[float, float, float]:
        metrics = self.tools.send("Performance.getMetrics")["metrics"]
        [busy] = [one["value"] for one in metrics if one["name"] == "TaskDuration"]
        return time.perf_counter(), busy, cpu_seconds(self.pid)


async def session(address: str, took: list[float], number: int) -> None:
    """One session that opens the overview and changes its filters, again and again."""
    from websockets.asyncio.client import connect

    url = address.replace("http", "ws", 1) + "/websocket/"
    async with connect(url, origin=address, max_size=None) as socket_:  # type: ignore[arg-type]
        hidden = {f".clientdata_output_{name}_hidden": False for name in OUTPUTS}
        given = {".clientdata_url_search": "", ".clientdata_singletons": "", "choices_wanted": ""}
        await socket_.send(json.dumps({"method": "init", "data": given | hidden}))
        await _settled(socket_)
        for turn in range(CHANGES):
            filters = FILTERS[(number + turn) % len(FILTERS)]
            query = urlencode({"range": RANGES[(number * 3 + turn) % len(RANGES)]}) + "&" + filters
            start = time.perf_counter()
            await socket_.send(json.dumps({"method": "update", "data": {"query": query}}))
            await _settled(socket_)
            took.append((time.perf_counter() - start) * 1000)


async def _settled(socket_: Any) -> None:
    async for text in socket_:
        if "settled" in (json.loads(text).get("custom") or {}):
            return


async def twenty(address: str) -> list[float]:
    took: list[float] = []
    await asyncio.gather(*(session(address, took, number) for number in range(SESSIONS)))
    return took


def measure_sessions(address: str, pid: int) -> None:
    """Prints how long a change takes while twenty sessions change theirs at once."""
    for name in ("unlike questions", "the same again"):
        before = cpu_seconds(pid)
        took = sorted(asyncio.run(twenty(address)))
        cpu = (cpu_seconds(pid) - before) * 1000 / len(took)
        tail = took[int(0.95 * (len(took) - 1))]
        print(
            f"{SESSIONS} sessions, {len(took)} changes, {name}: median "
            f"{statistics.median(took):.0f} ms, 95th {tail:.0f} ms; the server's CPU a change "
            f"{cpu:.0f} ms, its memory {megabytes(pid):.0f} MB"
        )


def take_pictures(address: str, folder: Path) -> None:
    """Each page in light and dark, and the overview on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for theme in ("light", "dark"):
            page = chromium.new_page(
                viewport={"width": 1440, "height": 900}, color_scheme=theme, locale="en-US"
            )
            for one in PAGES:
                query = {"events": "&open=", "funnels": "&by=device"}.get(one.key, "")
                page.goto(f"{address}/?page={one.key}&range=30d&compare=off{query}")
                settle(page)
                page.screenshot(path=folder / f"{one.key}-{theme}.png")
            page.close()
        phone = chromium.new_page(viewport={"width": 390, "height": 844}, locale="en-US")
        phone.goto(address)
        settle(phone)
        phone.screenshot(path=folder / "overview-phone.png", full_page=True)


def main(arguments: list[str] | None = None) -> None:
    """Prints the table, or takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="clickstream-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        fill(folder / "data", options.visitors)
        with served(folder / "data") as (address, pid):
            if options.pictures:
                take_pictures(address, options.pictures)
                return
            print(f"The dashboard over {options.visitors:,} visitors of 30 days")
            measure_sessions(address, pid)
            measure_pages(address, pid)


if __name__ == "__main__":
    main()
