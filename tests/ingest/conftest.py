"""A collector, a real process; and the S3 server of the lake's tests."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from clickstream.lake import Lake, open_lake

_lake_tests = Path(__file__).parents[1] / "lake" / "conftest.py"
_spec = importlib.util.spec_from_file_location("lake_conftest", _lake_tests)
assert _spec
assert _spec.loader
_module = importlib.util.module_from_spec(_spec)
sys.modules["lake_conftest"] = _module
_spec.loader.exec_module(_module)
s3_server, s3_url = _module.s3_server, _module.s3_url

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"

SERVE = """
import sys, json, ipaddress
from clickstream.ingest import IngestSettings
from clickstream.ingest.collector import CollectorSettings, serve
given = json.loads(sys.argv[1])
ingest = given.pop("ingest", {})
ingest["trusted_proxies"] = tuple(map(ipaddress.ip_network, ingest.get("trusted_proxies", ())))
for name in ("allowed_origins", "write_keys"):
    ingest[name] = tuple(ingest.get(name, ()))
serve(CollectorSettings(log_level="warning", ingest=IngestSettings(**ingest), **given))
"""


class Running:
    """A collector and its lake."""

    def __init__(self, lake_url: str, **settings: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.lake: Lake = open_lake(lake_url)
        given = json.dumps({"lake_url": lake_url, "port": self.port} | settings)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, given], stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                assert httpx.get(f"{self.url}/health").status_code == 200
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def post(self, content: bytes | str, **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(f"{self.url}/clickstream", content=content, headers=names, timeout=60)

    def workers(self) -> list[int]:
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "spawn_main"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return [int(pid) for pid in found.stdout.split()]

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        self.process.send_signal(with_signal)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        """As a power cut would, but for the disk."""
        workers = self.workers()
        for pid in [self.process.pid, *workers]:  # in this order, or it would replace them
            os.kill(pid, signal.SIGKILL)
        self.process.communicate()


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts collectors, which are gone when the test is over."""
    started: list[Running] = []

    def start_one(lake_url: str | None = None, **settings: Any) -> Running:
        running = Running(lake_url or (tmp_path / "lake").as_uri(), **settings)
        started.append(running)
        return running

    yield start_one
    for running in started:
        if running.process.poll() is None:
            running.kill()


@pytest.fixture
def fixtures() -> Path:
    """Real and adversarial data that lies beside the checkout on some machines."""
    if not FIXTURES.is_dir():
        pytest.skip("the shared fixtures are not on this machine")
    return FIXTURES
