"""A shop's site, a real collector behind it, and a real browser that visits."""

import gzip
import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from clickstream.lake import Lake, open_lake

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SERVE = """
import sys
from clickstream.ingest.collector import CollectorSettings, serve
serve(CollectorSettings(lake_url=sys.argv[1], port=int(sys.argv[2]), log_level="warning"))
"""
_shops = count(1)


@dataclass
class Collector:
    """A collector, a process of its own, and its lake."""

    url: str
    lake: Lake

    def events(self) -> list[dict[str, Any]]:
        """Every event that was kept, in the order of the browser's clock."""
        found: list[dict[str, Any]] = []
        for entry in self.lake.list("events/"):
            body = self.lake.get(entry.key)
            lines = gzip.decompress(body).splitlines() if entry.key.endswith(".gz") else [body]
            found += map(json.loads, lines)
        return sorted(found, key=lambda event: str(event.get("eventTimestamp")))


@pytest.fixture(scope="session")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    lake_url = (tmp_path_factory.mktemp("tracker") / "lake").as_uri()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, lake_url, str(port)])
    url = f"http://127.0.0.1:{port}"
    _wait_until_ready(url, process)
    yield Collector(url, open_lake(lake_url))
    process.terminate()
    process.wait(timeout=60)


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@dataclass
class Shop:
    """A site whose pages carry the tracker, and whose own `/clickstream` leads to the collector."""

    collector: Collector
    url: str
    name: str
    pages: dict[str, str] = field(default_factory=dict)
    status: int = 200
    """What `/clickstream` answers instead, if not 200; nothing is kept then."""
    bodies: list[Any] = field(default_factory=list)
    """Every body that was sent, kept or not."""
    methods: list[str] = field(default_factory=list)

    def page(self, path: str, body: str = "", *, title: str = "", attributes: str = "") -> str:
        """The address of a new page with the script in its head."""
        script = f"{self.collector.url}/clickstream.js"
        self.pages[f"/{self.name}{path}"] = (
            f"<!doctype html><html><head><title>{title or path}</title>"
            f'<script defer src="{script}" data-endpoint="{self.url}/clickstream"'
            f' data-flush-interval="150" {attributes}></script></head><body>{body}</body></html>'
        )
        return f"{self.url}/{self.name}{path}"

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """What the lake holds of this shop's pages, repeats left out."""
        mine = {
            event["eventId"]: event
            for event in reversed(self.collector.events())
            if f"/{self.name}/" in event["pageUrl"] and name in ("", event["eventName"])
        }
        return list(reversed(mine.values()))

    def wait_for(self, *names: str) -> list[dict[str, Any]]:
        """The shop's events once there are these, by name; `click`, `click` are two of them."""
        deadline = time.monotonic() + 10
        while True:
            events = self.events()
            missing = list(names)
            for event in events:
                if event["eventName"] in missing:
                    missing.remove(event["eventName"])
            if not missing:
                return events
            seen = [event["eventName"] for event in events]
            assert time.monotonic() < deadline, f"no {missing} among {seen}"
            time.sleep(0.05)


class _Site(http.server.ThreadingHTTPServer):
    daemon_threads = True
    shop: Shop


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        page = self.server.shop.pages.get(self.path.split("?")[0])
        kind = "text/javascript" if self.path.endswith(".mjs") else "text/html; charset=utf-8"
        status = 204 if self.path == "/favicon.ico" else 200 if page else 404
        self._answer(status, (page or "").encode(), kind)

    def do_OPTIONS(self) -> None:
        self.server.shop.methods.append("OPTIONS")
        self._answer(204, b"", "text/plain")

    def do_POST(self) -> None:
        shop = self.server.shop
        body = self.rfile.read(int(self.headers["content-length"]))
        shop.methods.append("POST")
        shop.bodies.append(json.loads(body))
        if shop.status != 200:
            return self._answer(shop.status, b"{}", "application/json")
        request = urllib.request.Request(f"{shop.collector.url}/clickstream", data=body)
        request.add_header("content-type", self.headers["content-type"])
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                self._answer(answer.status, answer.read(), "application/json")
        except urllib.error.HTTPError as error:
            self._answer(error.code, error.read(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # a page that went away does not wait for the answer

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def shop(collector: Collector) -> Iterator[Shop]:
    with _Site(("127.0.0.1", 0), _Handler) as site:
        url = f"http://127.0.0.1:{site.server_address[1]}"
        site.shop = Shop(collector, url, f"shop-{next(_shops)}")
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site.shop
        site.shutdown()
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine; install it with apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=FLAGS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of the fresh profile, whose pages must not throw."""
    opened = context.new_page()
    thrown: list[str] = []
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    yield opened
    assert thrown == []


class Node:
    """Runs Node in the tracker's folder, its packages installed."""

    folder = Path(__file__).parents[2] / "tracker"

    def install(self) -> None:
        """Skips the test where the packages are missing and cannot be had."""
        if (self.folder / "node_modules" / "terser").is_dir():
            return
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=240, check=False
        )
        if done.returncode:
            pytest.skip(f"npm ci in tracker/ failed: {done.stderr.strip()[-300:]}")

    def __call__(self, *arguments: str) -> str:
        """What a script prints, which must succeed."""
        done = subprocess.run(
            ["node", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def node() -> Node:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node on this machine; the tracker's sources are not built or checked")
    found = Node()
    found.install()
    return found
