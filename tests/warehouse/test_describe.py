"""What doctor is told of a warehouse that is missing, running, damaged or elsewhere."""

from pathlib import Path

import pytest

from clickstream.warehouse.binaries import Source, candidates
from clickstream.warehouse.connect import connect
from clickstream.warehouse.describe import describe, probe
from clickstream.warehouse.opened import WarehouseSettings, open_warehouse

pytestmark = pytest.mark.postgres


def test_a_warehouse_not_yet_made_is_described_and_not_made(data_dir: Path, server_source: Source):
    found = describe(WarehouseSettings(data_dir=data_dir, prefer=server_source))
    assert found.chosen == candidates(server_source)[0]
    assert (found.home, found.state, found.problems) == (None, "stopped", [])
    assert found.free_bytes > 0
    assert not data_dir.exists()


def test_a_running_warehouse_is_described_by_its_state_and_version(
    data_dir: Path, server_source: Source
):
    settings = WarehouseSettings(data_dir=data_dir, prefer=server_source)
    with open_warehouse(settings):
        found = describe(settings)
        assert found.state == "ready"
        assert found.home
        assert found.chosen
        assert found.home.major == found.chosen.major
    assert describe(settings).state == "stopped"


def test_data_of_a_version_that_nobody_has_is_a_problem(
    data_dir: Path, server_source: Source, home_of
):
    settings = WarehouseSettings(data_dir=data_dir, prefer=server_source)
    with open_warehouse(settings):
        pass
    version = home_of(data_dir).data / "PG_VERSION"
    made_by = version.read_text()
    version.write_text("12\n")
    found = describe(settings)
    version.write_text(made_by)
    assert found.chosen is None
    assert "made by PostgreSQL 12" in found.problems[0]


def test_a_warehouse_elsewhere_is_named_without_its_password(tmp_path: Path):
    url = "postgresql://shop:hunter2@db.example.com/shop"
    settings = WarehouseSettings(data_dir=tmp_path, url=url)
    assert describe(settings).url == "postgresql://shop:***@db.example.com/shop"
    with open_warehouse(settings) as opened:
        assert opened == url


def test_a_migrated_warehouse_on_a_sound_server_has_no_problem(
    data_dir: Path, server_source: Source
):
    from clickstream.warehouse.migrate import migrate

    with open_warehouse(WarehouseSettings(data_dir=data_dir, prefer=server_source)) as url:
        before = probe(url)
        assert before.pending
        assert before.missing_roles == ["clickstream_etl", "clickstream_reader"]
        assert "clickstream migrate" in before.problems[0]
        with connect(url) as connection:
            migrate(connection)
        after = probe(url)
    assert (after.pending, after.missing_roles, after.problems) == ([], [], [])
    assert (after.encoding, after.is_remote, after.has_tls) == ("UTF8", False, False)
    assert after.size_bytes > 1_000_000


def test_a_server_that_risks_its_data_is_a_problem(warehouse_url: str):
    problems = probe(warehouse_url).problems
    assert any(problem.startswith("fsync is off") for problem in problems)
    assert any(problem.startswith("full_page_writes is off") for problem in problems)
