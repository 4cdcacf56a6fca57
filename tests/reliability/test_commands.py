"""`clickstream quarantine` and `clickstream rebuild`, as a person or a program calls them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.one_server]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, warehouse_url: str) -> Run:
    """Runs a command on a lake with some shoppers, and the warehouse that was loaded with it."""
    own = {key: text for key, text in os.environ.items() if not key.startswith("CLICKSTREAM_")}
    environment = own | {
        "CLICKSTREAM_DATA_DIR": str(tmp_path / "data"),
        "CLICKSTREAM_WAREHOUSE_URL": warehouse_url,
    }

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        answer = subprocess.run(
            [sys.executable, "-m", "clickstream.entrypoints.cli", *arguments],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert answer.returncode == status, answer.stderr
        return answer

    run("simulate", "--visitors", "200", "--days", "4", "--end", "2026-03-01T00:00:00Z")
    bad = tmp_path / "data/lake/events/2026/02/28/11/event-bad.json"
    bad.parent.mkdir(parents=True, exist_ok=True)
    bad.write_text('{"eventName": "x", "eventId": "mended", "price": NaN}')
    bad.with_name("event-worse.json").write_text("never JSON")
    run("etl")
    return run


def answered(run: Run, *arguments: str, status: int = 0) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(*arguments, "--format", "json", status=status).stdout)
    return document


def test_a_line_goes_through_quarantine(run: Run, tmp_path: Path):
    shown = answered(run, "quarantine", "list", "--reason", "invalid_json")
    assert shown["counts"]["invalid_json"] == len(shown["rows"]) >= 2
    (line,) = [row for row in shown["rows"] if row["object_key"].endswith("event-bad.json")]
    assert line["object_line"] == 1
    file = tmp_path / "data/lake" / line["object_key"]
    file.write_text(file.read_text().replace("NaN", "1"))
    done = answered(run, "quarantine", "replay", "--reason", "invalid_json", status=1)
    facts = done["rows"][0]
    assert facts["accepted"] == 1
    assert facts["tried"] == len(shown["rows"]) == facts["refused"] + 1
    after = answered(run, "quarantine", "list", "--reason", "invalid_json")
    assert len(after["rows"]) == len(shown["rows"]) - 1
    assert run("quarantine", "list").stdout


def test_an_unknown_reason_is_answered_with_those_that_there_are(run: Run):
    assert "invalid_json" in run("quarantine", "replay", "--reason", "bad", status=2).stderr


def test_a_rebuild_says_what_it_compared(run: Run, owner: psycopg.Connection):
    document = answered(run, "rebuild")
    assert (document["same"], document["exchanged"], document["missing"]) == (True, True, 0)
    assert all(
        row["same"] and row["checksum_before"] == row["checksum_after"] for row in document["rows"]
    )
    owner.execute("update sessions set events = events + 1")
    checked = answered(run, "rebuild", "--check", status=1)
    assert [row["table"] for row in checked["rows"] if not row["same"]] == ["sessions"]
    window = ("--from", "2026-02-27", "--to", "2026-02-28")
    assert not answered(run, "rebuild", *window)["same"]
    assert answered(run, "rebuild", "--check", *window)["same"]
    assert "The same rows." in run("rebuild").stdout


def test_a_rebuild_from_another_lake_is_refused_with_2(run: Run, tmp_path: Path):
    (tmp_path / "data/lake").rename(tmp_path / "data/elsewhere")
    assert "--drop-missing" in run("rebuild", status=2).stderr
