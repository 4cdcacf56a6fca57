"""What a person may ask for, on the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clickstream.entrypoints.personal import read_person
from clickstream.errors import SettingsError
from clickstream.lake import open_lake

pytestmark = pytest.mark.one_server

Run = Callable[..., subprocess.CompletedProcess[str]]
AT = datetime(2026, 3, 1, tzinfo=UTC).isoformat()


@pytest.fixture
def clickstream(tmp_path: Path, warehouse_url: str) -> Run:
    """Runs a command beside a lake with two events of Ann's, one of Bob's."""
    lake = open_lake((tmp_path / "lake").as_uri())
    for number, user in enumerate(["ann", "ann", "bob"]):
        event = {"eventName": "x", "eventId": f"e{number}", "userId": user,
                 "clientId": f"of-{user}",
                 "_ingest": {"receivedAt": AT, "source": "http"}}  # fmt: skip
        lake.put(f"events/2026/03/01/00/event-{number}.json", json.dumps(event).encode())
    environment = os.environ | {
        "CLICKSTREAM_DATA_DIR": str(tmp_path), "CLICKSTREAM_WAREHOUSE_URL": warehouse_url,
    }  # fmt: skip

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "clickstream.entrypoints.cli", *words]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.postgres
def test_a_person_is_shown_erased_and_then_unknown(clickstream: Run, tmp_path: Path) -> None:
    assert clickstream("etl").returncode == 0
    shown = clickstream("export-person", "--user-id", "ann")
    held = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [one["data"]["eventId"] for one in held if one["kind"] == "event"] == ["e0", "e1"]
    out = tmp_path / "ann.json"
    clickstream("export-person", "--user-id", "ann", "--format", "json", "--out", str(out))
    assert len(json.loads(out.read_text())["rows"]) == len(held)
    assert out.stat().st_mode & 0o077 == 0

    dry = json.loads(
        clickstream("forget", "--user-id", "ann", "--dry-run", "--format", "json").stdout
    )
    assert (dry["dry_run"], dry["events"], dry["tables"]) == (True, 2, {})
    done = clickstream("forget", "--user-id", "ann", "--format", "json")
    proof = json.loads(done.stdout)
    assert (done.returncode, proof["events"], proof["remaining"]) == (0, 2, 0)
    assert {row["action"] for row in proof["rows"]} == {"removed"}

    again = clickstream("forget", "--user-id", "ann", "--format", "json")
    assert (again.returncode, json.loads(again.stdout)["found"]) == (0, False)
    assert "Nothing is held" in again.stderr
    assert clickstream("export-person", "--user-id", "ann").stdout == ""
    assert clickstream("rebuild", "--check").returncode == 0


@pytest.mark.postgres
def test_several_are_erased_by_a_file(clickstream: Run, tmp_path: Path) -> None:
    (tmp_path / "them").write_text("user_id=ann\n\nclient_id=of-bob\n")
    proof = json.loads(clickstream("forget", "--file", "them", "--format", "json").stdout)
    assert proof["events"] == 3


@pytest.mark.postgres
def test_retention_says_what_would_go_and_what_went(clickstream: Run) -> None:
    clickstream("etl")
    asked = clickstream("retention", "--dry-run", "--format", "json")
    assert json.loads(asked.stdout)["rows"][0]["objects"] == 0
    refused = clickstream("forget", "--again", "--user-id", "ann")
    assert refused.returncode == 2


@pytest.mark.unit
@pytest.mark.parametrize(
    ("users", "line"),
    [
        pytest.param([], None, id="nobody"),
        pytest.param([""], None, id="an-empty-id"),
        pytest.param([], "ann", id="a-line-without-a-kind"),
        pytest.param([], "session_id=1", id="another-kind"),
        pytest.param([], "user_id=", id="a-kind-without-an-id"),
    ],
)
def test_who_is_not_named_is_nobody(users: list[str], line: str | None, tmp_path: Path) -> None:
    file = tmp_path / "them" if line is not None else None
    if file:
        file.write_text(str(line))
    with pytest.raises(SettingsError):
        read_person(users, [], file)
