"""A backup restored into a fresh data folder is the warehouse as it was, and goes on from there."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clickstream.entrypoints.backups import back_up_warehouse, restore_warehouse
from clickstream.entrypoints.loading import load_once
from clickstream.entrypoints.personal import forget_person
from clickstream.entrypoints.settings import Settings, load_settings
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.errors import WarehouseError
from clickstream.etl import Options
from clickstream.etl.privacy.person import Person
from clickstream.lake import open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.backup import remove_expired
from clickstream.warehouse.checksum import Checksum, checksum
from clickstream.warehouse.connect import connect
from clickstream.warehouse.exchange import DERIVED, LIVE

pytestmark = pytest.mark.postgres

END = datetime(2026, 3, 1, tzinfo=UTC)
EVERYTHING = Options(everything=True)


@pytest.fixture
def settings(open_data_dir: Path, warehouse_url: str) -> Settings:
    """A shop with four days of visitors in its lake and its warehouse."""
    environment = {
        "CLICKSTREAM_DATA_DIR": str(open_data_dir),
        "CLICKSTREAM_WAREHOUSE_URL": warehouse_url,
    }
    settings = load_settings(environment)
    write_history(open_lake(settings.lake_url), visitors=120, days=4, seed=3, end=END)
    load_once(settings, EVERYTHING)
    return settings


def sums(settings: Settings) -> dict[str, Checksum]:
    with ready_warehouse(settings) as url, connect(url, autocommit=True) as connection:
        return {
            table: checksum(connection, LIVE, table, without=without)
            for table, without in DERIVED.items()
        }


def ask(settings: Settings, question: str) -> list[Any]:
    with ready_warehouse(settings) as url, connect(url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()


@pytest.fixture
def elsewhere(settings: Settings, open_folder: Path, server_source: str) -> Settings:
    """The same lake and backups, and an embedded warehouse in a folder where nothing is yet."""
    return load_settings(
        {
            "CLICKSTREAM_DATA_DIR": str(open_folder / f"restored-{settings.data_dir.name}"),
            "CLICKSTREAM_LAKE_URL": settings.lake_url,
            "CLICKSTREAM_BACKUP_DIR": str(settings.backup_dir),
            "CLICKSTREAM_WAREHOUSE_SERVER": server_source,
        }
    )


def test_a_backup_in_a_fresh_data_folder_is_the_warehouse_as_it_was(
    settings: Settings, elsewhere: Settings
) -> None:
    taken = back_up_warehouse(settings, None)
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o600
    restored = restore_warehouse(elsewhere, taken.path, replaces=False)
    assert sums(elsewhere) == sums(settings)
    assert (restored.erased, restored.caught_up.tally.lines) == (0, 0)
    runs = "select count(*) from etl_runs where events > 0"
    assert ask(elsewhere, runs) == ask(settings, runs)


def test_what_came_since_is_loaded_and_who_was_erased_since_stays_erased(
    settings: Settings, elsewhere: Settings
) -> None:
    (user, order) = ask(
        settings,
        "select sessions.user_id, order_id from orders join sessions using (session_id)"
        " where sessions.user_id is not null order by 1, 2 limit 1",
    )[0]
    with connect(settings.warehouse_url or "", autocommit=True) as connection:
        connection.execute(
            "insert into shop_orders values (%s, now(), 1, 'VND', 'paid', now())", [order]
        )
    taken = back_up_warehouse(settings, None)
    proof = forget_person(settings, Person(user_ids=frozenset({user})), is_dry=False)
    later = END + timedelta(days=1)
    write_history(open_lake(settings.lake_url), visitors=20, days=1, seed=8, end=later)
    load_once(settings, EVERYTHING)
    restored = restore_warehouse(elsewhere, None, replaces=False)
    assert restored.path == taken.path
    assert restored.erased == proof.events > 0
    assert ask(elsewhere, "select count(*) from shop_orders") == [(0,)]
    assert restored.caught_up.tally.events > 0
    assert sums(elsewhere) == sums(settings)


def test_a_warehouse_that_is_older_than_an_erasure_erases_as_it_loads(
    settings: Settings, elsewhere: Settings
) -> None:
    load_once(elsewhere, EVERYTHING)
    assert sums(elsewhere) == sums(settings)
    ((user,),) = ask(settings, "select min(user_id) from sessions")
    forget_person(settings, Person(user_ids=frozenset({user})), is_dry=False)
    load_once(elsewhere, EVERYTHING)
    assert sums(elsewhere) == sums(settings)


def test_a_warehouse_with_events_is_replaced_only_when_told(settings: Settings) -> None:
    taken, before = back_up_warehouse(settings, None), sums(settings)
    with pytest.raises(WarehouseError, match="--replace"):
        restore_warehouse(settings, taken.path, replaces=False)
    with connect(settings.warehouse_url or "", autocommit=True) as connection:
        connection.execute("delete from sessions; delete from daily_metrics")
    restore_warehouse(settings, taken.path, replaces=True)
    assert sums(settings) == before


def test_a_damaged_backup_is_refused_and_the_warehouse_stays(settings: Settings) -> None:
    taken, before = back_up_warehouse(settings, None), sums(settings)
    with zipfile.ZipFile(taken.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["sessions.copy"] = b"".join(members["sessions.copy"].splitlines(keepends=True)[1:])
    with zipfile.ZipFile(taken.path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    with pytest.raises(WarehouseError, match="damaged: sessions"):
        restore_warehouse(settings, taken.path, replaces=True)
    assert sums(settings) == before


def test_a_backup_by_newer_migrations_asks_for_an_upgrade(settings: Settings) -> None:
    taken = back_up_warehouse(settings, None)
    with zipfile.ZipFile(taken.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    manifest["migrations"].append("209901010000_of_the_future.sql")
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(taken.path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    with pytest.raises(WarehouseError, match="Upgrade clickstream"):
        restore_warehouse(settings, taken.path, replaces=True)


def test_a_backup_of_older_migrations_is_brought_up_to_this_version(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken = back_up_warehouse(settings, None)
    with zipfile.ZipFile(taken.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    assert len(manifest["migrations"]) == len(set(manifest["migrations"])) > 1
    manifest["migrations"] = [
        name for name in manifest["migrations"] if not name.endswith("_flagged_sessions.sql")
    ]
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(taken.path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    before = sums(settings)
    restore_warehouse(settings, taken.path, replaces=True)
    assert sums(settings) == before
    assert ask(settings, "select to_regclass('sessions_flagged') is not null") == [(True,)]


@pytest.mark.unit
def test_old_backups_go_but_never_the_latest(tmp_path: Path) -> None:
    for day in (1, 2, 3):
        (tmp_path / f"warehouse-202601{day:02}T030000Z.zip").touch()
    (tmp_path / "notes.txt").touch()
    removed = remove_expired(tmp_path, before=datetime(2026, 1, 3, tzinfo=UTC))
    assert [path.name for path in removed] == [
        "warehouse-20260102T030000Z.zip", "warehouse-20260101T030000Z.zip",
    ]  # fmt: skip
    assert remove_expired(tmp_path, before=datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_the_commands_say_what_they_did(settings: Settings, tmp_path: Path) -> None:
    def clickstream(*words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "CLICKSTREAM_DATA_DIR": str(settings.data_dir),
            "CLICKSTREAM_WAREHOUSE_URL": settings.warehouse_url or "",
        }
        command = [sys.executable, "-m", "clickstream.entrypoints.cli", *words]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    taken = clickstream("backup", "--out", str(tmp_path / "kept"), "--format", "json")
    (facts,) = json.loads(taken.stdout)["rows"]
    assert Path(facts["path"]).parent == tmp_path / "kept"
    refused = clickstream("restore", facts["path"])
    assert (refused.returncode, "--replace" in refused.stderr) == (2, True)
    done = clickstream("restore", facts["path"], "--replace", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["rows"][0]["events"]) == (0, facts["events"])
    nothing = clickstream("restore", str(tmp_path / "none.zip"))
    assert nothing.returncode == 2
