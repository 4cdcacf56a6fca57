"""The ETL, and the server under it, killed at any moment: the next run makes it good."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clickstream.errors import WarehouseError
from clickstream.lake import Lake
from clickstream.warehouse import postmaster
from clickstream.warehouse.binaries import Source
from clickstream.warehouse.connect import connect
from clickstream.warehouse.home import find_home
from clickstream.warehouse.load import AGGREGATES, SETTLING, SIFTING
from clickstream.warehouse.migrate import migrate
from clickstream.warehouse.server import EmbeddedServer

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
KILLS = int(os.environ.get("RELIABILITY_KILLS", "6"))
"""In all of a kind of server's tests; fifty for the full proof."""
SCRIPT = Path(__file__).with_name("killed_etl.py")
AGGREGATE = [f"aggregates/{name}" for name in AGGREGATES]
EVERY_STEP = [*SIFTING, "record", *SETTLING, *AGGREGATE, "progress", "end"]
LIVES = ("-", "1")


def start(lake: Lake, url: str, slice_events: int, *death: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, SCRIPT, lake.url, url, str(slice_events), *death],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def let_live(lake: Lake, url: str) -> None:
    process = start(lake, url, 1000, *LIVES)
    process.communicate()
    assert process.returncode == 0


@pytest.fixture
def lake(tmp_lake: Lake, history) -> Lake:
    history(tmp_lake)
    return tmp_lake


@pytest.fixture
def undisturbed(template_url: str, lake, load, sums) -> Iterator[dict]:
    """What a load in one go comes to, on the same server."""
    with psycopg.connect(template_url, autocommit=True) as admin:
        admin.execute("create database undisturbed template migrated")
        with connect(make_conninfo(template_url, dbname="undisturbed")) as connection:
            load(lake, connection)
            yield sums(connection)
        admin.execute("drop database undisturbed with (force)")


def test_killed_before_any_step_it_goes_on_where_it_was(
    lake, warehouse_url, owner, undisturbed, sums
):
    chance = random.Random(4)
    chosen = EVERY_STEP if KILLS >= 50 else chance.sample(EVERY_STEP, max(1, KILLS // 2))
    for step in chosen:
        nth = 1 if step == "end" else chance.choice([1, 2])
        process = start(lake, warehouse_url, 60, step, str(nth))
        process.communicate()
        assert process.returncode == -signal.SIGKILL, step
    let_live(lake, warehouse_url)
    assert sums(owner) == undisturbed
    statuses = owner.execute("select status, count(*) from etl_runs group by 1").fetchall()
    assert dict(statuses) == {"failed": len(chosen), "succeeded": 1}
    loaded = owner.execute("select sum(events), sum(objects) from etl_runs").fetchone()
    assert loaded == (undisturbed["events"].rows, undisturbed["etl_objects"].rows)


def test_killed_at_random_moments_it_goes_on_where_it_was(
    lake, warehouse_url, owner, undisturbed, sums
):
    chance = random.Random(5)
    for _kill in range(max(1, KILLS // 5)):
        process = start(lake, warehouse_url, 100, *LIVES)
        for _slice in range(chance.randint(0, 2)):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.6))
        process.kill()
        process.communicate()
    let_live(lake, warehouse_url)
    assert sums(owner) == undisturbed


def test_a_server_killed_during_a_load_keeps_whole_slices(
    open_data_dir: Path, server_source: Source, lake, load, sums
):
    chance = random.Random(6)
    with EmbeddedServer(open_data_dir, prefer=server_source) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("create database undisturbed")
        other = make_conninfo(server.url, dbname="undisturbed")
        for url in (server.url, other):
            with connect(url) as connection:
                migrate(connection)
        with connect(other) as connection:
            load(lake, connection)
            undisturbed = sums(connection)
        for _kill in range(max(1, KILLS // 5)):
            with connect(server.url) as connection:
                _kill_server_soon(open_data_dir, chance.uniform(0.1, 0.8))
                with pytest.raises((WarehouseError, psycopg.Error)):
                    _load_for_ever(lake, connection, load)
            server.start()
        with connect(server.url) as connection:
            load(lake, connection, waits=True)
            assert sums(connection) == undisturbed


def _load_for_ever(lake: Lake, connection: psycopg.Connection, load: Callable) -> None:
    while True:
        load(lake, connection, slice_events=50, waits=True)


def _kill_server_soon(data_dir: Path, seconds: float) -> None:
    home = find_home(data_dir)
    assert home
    pid = int(postmaster.read_pid_file(home)[0])

    def kill() -> None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)

    threading.Thread(target=kill).start()


def test_a_migration_of_a_warehouse_at_work_loses_nothing(  # noqa: PLR0917 - fixtures
    lake, warehouse_url, owner, undisturbed, load, sums, tmp_path, reading: Callable
):
    """The ETL loads slice by slice, readers ask, and the tables get a column and an index."""
    folder = _with_a_migration(tmp_path)
    process = start(lake, warehouse_url, 50, *LIVES)
    with reading(warehouse_url) as answers:
        assert process.stdout.readline()
        applied = migrate(owner, folder=folder)
        assert applied == ["209901010000_note.sql"]
        assert process.poll() is None, "the migration came too late to meet the ETL"
        process.communicate()
        assert process.returncode == 0
    assert len(answers) > 3
    owner.execute("alter table events drop column note")
    assert sums(owner) == undisturbed


def _with_a_migration(folder: Path) -> Path:
    from clickstream.warehouse.migrate import MIGRATIONS

    for path in MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "209901010000_note.sql").write_text(
        "alter table events add column note text not null default 'none';"
        " create index events_by_note on events (note);"
    )
    return folder
