"""The wheel carries all that the platform needs, and works far from the checkout."""

import os
import shutil
import subprocess
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
