"""How fast the collector is, as ratios of what the same machine does with less work.

In turns, medians of several rounds, 256 connections of wrk on the same machine: the same server
(uvicorn, with llhttp's parser and uvloop) with a handler that reads the body and does nothing;
nginx answering a constant; the collector with single events; the collector with arrays of 20. Needs
wrk, and nginx for its ratio: `apt-get install wrk nginx`.
"""

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

ROUNDS: Final = 5
SECONDS: Final = 4
CONNECTIONS: Final = 256
WORKERS: Final = 2
_EVENT: Final = {
    "eventName": "view_product",
    "eventTimestamp": "2026-01-31T12:00:00.123Z",
    "userId": "u-123",
    "sessionId": "s-abc",
    "clientId": "c-123456",
    "pageUrl": "https://shop.example/product/sku-1?utm_source=google",
    "pageTitle": "Laptop",
    "referrer": "https://google.com",
    "userLoginState": "guest",
    "product": {"id": "sku-1", "name": "Laptop", "category": "Computers", "price": 1200},
}
_NOTHING: Final = """
async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"16")]})
    await send({"type": "http.response.body", "body": b'{"success":true}'})
"""
_NGINX: Final = """
worker_processes %(workers)d; daemon off; pid %(folder)s/pid; error_log %(folder)s/error.log;
events { worker_connections 1024; }
http { access_log off; server { listen 127.0.0.1:%(port)d; keepalive_requests 10000000;
  location / { default_type application/json; return 200 '{"success":true}'; } } }
"""
_COLLECT: Final = (
    "import sys; from clickstream.ingest.collector import CollectorSettings, serve; "
    "serve(CollectorSettings(lake_url=sys.argv[1], port=int(sys.argv[2]), workers=%d, "
    "log_level='warning'))"
)
Start = Callable[[Path, int], list[str]]


class Measured(NamedTuple):
    """What one server did in one round."""

    rate: float
    cpu: float


def _nothing(folder: Path, port: int) -> list[str]:
    (folder / "nothing.py").write_text(_NOTHING)
    return [
        sys.executable, "-m", "uvicorn", "--workers", str(WORKERS), "--loop", "uvloop",
        "--http", "httptools", "--ws", "none", "--lifespan", "off", "--log-level", "error",
        "--no-access-log", "--backlog", "2048", "--port", str(port), "nothing:app",
    ]  # fmt: skip


def _nginx(folder: Path, port: int) -> list[str]:
    config = folder / "nginx.conf"
    config.write_text(_NGINX % {"workers": WORKERS, "folder": folder, "port": port})
    return ["nginx", "-e", f"{folder}/error.log", "-c", str(config)]


def _collector(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-c", _COLLECT % WORKERS, (folder / "lake").as_uri(), str(port)]


def _measure(start: Start, body: str, folder: Path) -> Measured:
    """Requests a second, and the server's CPU time for one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = folder / "post.lua"
    script.write_text(f"wrk.method = 'POST'\nwrk.body = [==[{body}]==]\n")
    process = subprocess.Popen(start(folder, port), cwd=folder)
    try:
        _await(port)
        before = _cpu_seconds(process.pid)
        rate = _load(script, port)
        return Measured(rate, 1e6 * (_cpu_seconds(process.pid) - before) / (rate * SECONDS))
    finally:
        process.terminate()
        process.wait(60)


def _cpu_seconds(pid: int) -> float:
    """Of a process and of those that it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_seconds(int(child)) for child in children)


def _load(script: Path, port: int) -> float:
    command = [
        "wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script),
        f"http://127.0.0.1:{port}/clickstream",
    ]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise SystemExit(f"the server refused requests:\n{told}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if found is None:
        raise SystemExit(f"wrk told nothing:\n{told}")
    return float(found[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            time.sleep(0.5)  # the other workers
            return
    raise SystemExit(f"nothing listens on port {port}")


def main() -> None:
    """Prints requests a second, the server's CPU time for one, and the ratios."""
    one, twenty = json.dumps(_EVENT), json.dumps([_EVENT] * 20)
    contenders: dict[str, tuple[Start, str]] = {
        "do-nothing handler": (_nothing, one),
        "collector, one event": (_collector, one),
        "collector, arrays of 20": (_collector, twenty),
    }
    if shutil.which("nginx"):
        contenders["nginx, constant"] = (_nginx, one)
    found: dict[str, list[Measured]] = {name: [] for name in contenders}
    # Removed at the end only: for a minute ext4 looks at each removed file before it makes one.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as root:
        for _ in range(ROUNDS):
            for name, (start, body) in contenders.items():
                folder = Path(tempfile.mkdtemp(dir=root))
                found[name].append(_measure(start, body, folder))
    rates = {name: statistics.median(one.rate for one in all_) for name, all_ in found.items()}
    for name, rate in rates.items():
        cpu = statistics.median(one.cpu for one in found[name])
        print(f"{name:26} {rate:10,.0f} requests/s {cpu:8.1f} µs of CPU each")
    single = rates["collector, one event"]
    print(f"of the do-nothing handler  {single / rates['do-nothing handler']:10.2f} (0.70)")
    if "nginx, constant" in rates:
        print(f"of nginx                   {single / rates['nginx, constant']:10.2f} (0.30)")
    print(f"events/s in arrays of 20   {20 * rates['collector, arrays of 20']:10,.0f} (200,000)")


if __name__ == "__main__":
    main()
