"""What a killed writer leaves in a folder is never listed, and removed once it is old."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clickstream.lake import open_lake
from clickstream.lake.tidy import tidy

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = Path("events/2026/01/31/10")


def leave(path: Path, *, age: timedelta) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"{")
    os.utime(path, ((NOW - age).timestamp(),) * 2)
    return path


def test_only_old_unfinished_writes_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / HOUR
    old = leave(folder / f".{'a' * 32}-event-1.json", age=timedelta(hours=2))
    others = [
        leave(folder / f".{'b' * 32}-event-2.json", age=timedelta(minutes=5)),
        leave(folder / ".DS_Store", age=timedelta(days=9)),
        leave(folder / "event-3.json", age=timedelta(days=9)),
    ]
    lake = open_lake(tmp_path.as_uri())

    assert tidy(lake, before=NOW - timedelta(hours=1)) == 1
    assert not old.exists()
    assert all(path.exists() for path in others)
    assert [one.key for one in lake.list()] == [f"{HOUR}/event-3.json"]


def test_a_lake_that_does_not_exist_yet_is_tidy(tmp_path: Path) -> None:
    assert tidy(open_lake((tmp_path / "lake").as_uri()), before=NOW) == 0
