"""The command line as a whole: its help, its exit status, its speed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from clickstream.entrypoints.cli import app

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
COMMANDS = sorted(
    command.name or command.callback.__name__  # type: ignore[union-attr]
    for command in app.registered_commands
)


def clickstream(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {key: text for key, text in os.environ.items() if not key.startswith("CLICKSTREAM_")}
    return subprocess.run(
        [sys.executable, "-m", "clickstream.entrypoints.cli", *arguments],
        cwd=cwd, env=own | environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0
    assert f"Example: clickstream {name}" in " ".join(shown.output.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    silent = [one.name for one in command.params if not getattr(one, "help", "") and one.name]
    assert silent == []


def test_the_help_names_every_command_quickly(tmp_path: Path) -> None:
    started = time.monotonic()
    answer = clickstream("--help", cwd=tmp_path)
    seconds = time.monotonic() - started
    assert answer.returncode == 0
    assert [name for name in COMMANDS if name not in answer.stdout] == []
    assert seconds < 3  # 0.35 on a machine with nothing else to do


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys; from clickstream.entrypoints import cli; "
        "print(sorted({'psycopg', 'shiny', 'uvicorn', 'msgspec', 'obstore'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_no_command_at_all_shows_the_help(tmp_path: Path) -> None:
    answer = clickstream(cwd=tmp_path)
    assert "Usage: " in answer.stdout + answer.stderr


def test_an_unknown_command_ends_with_2_and_the_nearest_one(tmp_path: Path) -> None:
    answer = clickstream("docter", cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stderr == (
        "clickstream: No such command 'docter'. Did you mean 'doctor'? See `clickstream --help`.\n"
    )


def test_a_bad_setting_ends_with_2_and_one_line(tmp_path: Path) -> None:
    answer = clickstream("migrate", cwd=tmp_path, CLICKSTREAM_TIMEZONE="Mars")
    assert answer.returncode == 2
    assert answer.stderr == (
        "clickstream: CLICKSTREAM_TIMEZONE is 'Mars', "
        "but an IANA zone such as UTC or Asia/Ho_Chi_Minh is expected\n"
    )
    assert answer.stdout == ""


def test_debugging_shows_where_it_failed(tmp_path: Path) -> None:
    answer = clickstream(
        "migrate", cwd=tmp_path, CLICKSTREAM_TIMEZONE="Mars", CLICKSTREAM_DEBUG="true"
    )
    assert answer.returncode != 0
    assert "Traceback" in answer.stderr


def test_a_server_that_cannot_be_reached_ends_with_2_and_hides_its_password(
    tmp_path: Path,
) -> None:
    url = "postgresql://etl:hunter2@127.0.0.1:1/shop"
    answer = clickstream("report", "overview", cwd=tmp_path, CLICKSTREAM_WAREHOUSE_URL=url)
    assert answer.returncode == 2
    assert "127.0.0.1:1" in answer.stderr
    assert "hunter2" not in answer.stderr


def test_every_option_of_every_report_can_be_given() -> None:
    from clickstream.analytics import KINDS
    from clickstream.analytics.options import flag

    report = get_command(app).commands["report"]  # type: ignore[attr-defined]
    known = {option for one in report.params for option in one.opts}
    asked = {f"--{flag(option)}" for kind in KINDS.values() for option in kind.takes}
    assert asked - known == set()


def test_the_manual_is_made_from_the_commands(tmp_path: Path) -> None:
    made = tmp_path / "cli.md"
    subprocess.run(
        [sys.executable, "-m", "typer", "clickstream.entrypoints.cli", "utils", "docs",
         "--name", "clickstream", "--output", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    assert (ROOT / "docs/cli.md").read_text() == made.read_text(), "run `make docs`"
