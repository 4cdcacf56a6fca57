"""The wheel carries all that the platform needs, and works far from the checkout."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "clickstream"
UV = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


def uv(*arguments: object, cwd: Path = ROOT) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run([UV, "--quiet", *map(str, arguments)], cwd=cwd, env=environment, check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of the wheel, installed into an empty environment with the locked versions."""
    folder = tmp_path_factory.mktemp("installed")
    pins, environment = folder / "pins.txt", folder / "venv"
    uv("export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--output-file", pins)
    uv("venv", environment, "--python", os.fspath(ROOT / ".venv" / "bin" / "python"))
    uv("pip", "install", "--python", environment / "bin" / "python", "-c", pins, wheel, cwd=folder)
    return environment / "bin" / "clickstream"


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """An environment that knows nothing of the checkout or of this machine's settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLICKSTREAM_", "PYTHON", "VIRTUAL_ENV", "AWS_"))
    }
    return inherited | {"CLICKSTREAM_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "120"}


def run(
    command: Path, *arguments: str, cwd: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(command), *arguments], check=False,
        cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_wheel_carries_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    listing = subprocess.run(
        ["git", "ls-files", "src/clickstream"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    expected = {name.removeprefix("src/") for name in listing.splitlines()}
    assert expected - carried == set()


def test_the_wheel_states_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    assert "License-Expression: Apache-2.0" in text


def test_the_installed_command_helps(
    installed: Path, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    answer = run(installed, "--help", cwd=tmp_path, env=elsewhere)
    assert answer.returncode == 0, answer.stderr
    assert "doctor" in answer.stdout


def test_the_installed_command_finds_all_well(
    installed: Path, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    answer = run(installed, "doctor", cwd=tmp_path, env=elsewhere)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str, body: bytes | None = None) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def await_answer(url: str, process: subprocess.Popen[str], body: bytes | None = None) -> None:
    deadline = time.monotonic() + 90
    while not answers(url, body):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"no answer from {url}"
        time.sleep(0.2)


def test_the_installed_platform_takes_an_event_and_stops_without_a_trace(
    installed: Path, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    dashboard, collector = free_port(), free_port()
    command = [installed, "up", "--port", str(dashboard), "--collector-port", str(collector)]
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=tmp_path, env=elsewhere, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            await_answer(f"http://127.0.0.1:{collector}/health", process)
            event = json.dumps({"eventName": "page_view", "clientId": "c-1"}).encode()
            await_answer(f"http://127.0.0.1:{collector}/clickstream", process, event)
            await_answer(f"http://127.0.0.1:{dashboard}/", process)
        finally:
            process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert [*(tmp_path / "data" / "lake").rglob("event-*.json")] != []
    assert processes_that_name(tmp_path, (tmp_path / "data" / "warehouse").resolve()) == []


def processes_that_name(*folders: Path) -> list[str]:
    """The command lines of the running processes in which one of the folders is mentioned."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(str(folder) in line for folder in folders):
            found.append(line)
    return found
