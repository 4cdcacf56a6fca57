"""The page on the contract says what is so: its examples can be sent, its reasons are all."""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from clickstream.contract import Document, Reason, check_event, decode_object, limits
from clickstream.contract.examples import EXAMPLES
from clickstream.contract.generate import ROOT
from clickstream.ingest import HttpContext, IngestSettings, receive

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs/contract.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8080/clickstream"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


class Handler(BaseHTTPRequestHandler):
    """Answers as the collector does, and remembers what was taken."""

    taken: list[Document]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        context = HttpContext(
            received_at=datetime(2026, 1, 31, tzinfo=UTC),
            method="POST",
            path=self.path,
            source_ip="127.0.0.1",
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        receipt = receive(body, context, settings=IngestSettings(), new_id=lambda: "e-1")
        self.taken += [json.loads(line) for line in receipt.lines]
        self.send_response(receipt.status)
        self.end_headers()
        self.wfile.write(receipt.body)

    def log_message(self, *_: object) -> None:
        """Nothing is written."""


@pytest.fixture
def shop() -> Iterator[tuple[str, list[Document]]]:
    """The address of a small collector, and the lines it took."""
    taken: list[Document] = []
    handler = type("OneHandler", (Handler,), {"taken": taken})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/clickstream", taken
        server.shutdown()
        thread.join()


def test_every_example_is_an_event_of_the_schema() -> None:
    shown = [json.loads(block) for block in blocks("json")]
    for name, example in EXAMPLES.items():
        assert example in shown, name
    for document in shown:
        if "success" not in document:
            assert check_event(decode_object(json.dumps(document).encode()))


def test_the_python_example_sends_an_event(shop: tuple[str, list[Document]]) -> None:
    address, taken = shop
    (program,) = blocks("python")
    assert ADDRESS in program
    subprocess.run(
        [sys.executable, "-c", program.replace(ADDRESS, address)], check=True, timeout=60
    )
    assert [line["eventName"] for line in taken] == ["purchase"]


def test_the_curl_example_sends_an_event() -> None:
    (command,) = blocks("bash")
    words = shlex.split(command)
    name, value = words[words.index("-H") + 1].split(": ")
    context = HttpContext(
        received_at=datetime(2026, 1, 31, tzinfo=UTC),
        method="POST",
        path="/clickstream",
        source_ip="127.0.0.1",
        headers={name: value},
    )
    body = words[words.index("-d") + 1].encode()
    receipt = receive(body, context, settings=IngestSettings(), new_id=lambda: "e-1")
    assert receipt.status == 200
    assert words[-1] == ADDRESS


def test_the_refusal_is_the_one_that_is_given() -> None:
    (shown,) = [json.loads(block) for block in blocks("json") if '"success"' in block]
    context = HttpContext(
        received_at=datetime(2026, 1, 31, tzinfo=UTC),
        method="POST",
        path="/clickstream",
        source_ip=None,
        headers={},
    )
    body = b'{"eventName":"view_item","product":{"price":"1.299,50"}}'
    receipt = receive(body, context, settings=IngestSettings(), new_id=lambda: "e-1")
    assert json.loads(receipt.body) == shown


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason: Reason) -> None:
    assert re.search(rf"^\|.*`{reason}`.*\|.*\|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(
    "bound",
    [
        pytest.param(f"{limits.MAX_EVENT_BYTES:,} bytes", id="bytes"),
        pytest.param(f"{limits.MAX_PROPERTIES} fields", id="fields"),
        pytest.param(f"{limits.MAX_DEPTH} levels", id="depth"),
        pytest.param(f"up to {limits.MAX_BATCH_EVENTS} events", id="batch"),
        pytest.param(f"{limits.MAX_BODY_BYTES // 2**20} MiB", id="body"),
    ],
)
def test_the_bounds_of_the_whole_are_given(bound: str) -> None:
    assert bound in PAGE.replace("\n", " ")
