from pathlib import Path

import pytest

from clickstream.entrypoints.doctor import examine
from clickstream.entrypoints.findings import Finding, Status
from clickstream.entrypoints.settings import load_settings
from clickstream.entrypoints.wiring import ready_warehouse


def found(environment: dict[str, str], name: str) -> list[Finding]:
    return [finding for finding in examine(environment) if finding.name == name]


@pytest.fixture
def data(open_folder: Path, request: pytest.FixtureRequest) -> Path:
    return open_folder / f"doctor-{abs(hash(request.node.name))}"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_fresh_machine_is_well_and_nothing_is_made_on_it(data: Path) -> None:
    findings = examine({"CLICKSTREAM_DATA_DIR": str(data)})
    assert [finding for finding in findings if finding.status is Status.BAD] == []
    assert not data.exists()


def test_every_bad_setting_is_a_finding() -> None:
    environment = {"CLICKSTREAM_TIMEZONE": "Mars", "CLICKSTREAM_METRICS": "x"}
    findings = found(environment, "settings")
    assert [finding.status for finding in findings] == [Status.BAD, Status.BAD]
    assert "CLICKSTREAM_TIMEZONE is 'Mars'" in findings[0].finding


def test_a_mistyped_variable_is_a_warning() -> None:
    (finding,) = found({"CLICKSTREAM_TIMEZON": "UTC"}, "settings")
    assert finding.status is Status.WARNING
    assert "did you mean CLICKSTREAM_TIMEZONE?" in finding.finding


def test_a_server_that_does_not_answer_is_bad_and_its_password_hidden() -> None:
    url = "postgresql://etl:hunter2@127.0.0.1:1/shop"
    (finding,) = found({"CLICKSTREAM_WAREHOUSE_URL": url}, "warehouse")
    assert finding.status is Status.BAD
    assert "hunter2" not in finding.finding


def test_a_lake_without_its_bucket_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    (finding,) = found({"CLICKSTREAM_LAKE_URL": "s3://no-such-bucket"}, "lake")
    assert finding.status is Status.BAD


@pytest.mark.postgres
def test_a_warehouse_in_use_is_told_with_its_server_and_why(data: Path) -> None:
    environment = {
        "CLICKSTREAM_DATA_DIR": str(data), "CLICKSTREAM_WAREHOUSE_SERVER": "wheel",
    }  # fmt: skip
    (before, *_) = found(environment, "PostgreSQL")
    assert "since CLICKSTREAM_WAREHOUSE_SERVER is wheel" in before.finding
    with ready_warehouse(load_settings(environment)):
        (after, *_) = found(environment, "PostgreSQL")
        assert "since the warehouse's data was made by PostgreSQL 18" in after.finding
        assert [one.finding for one in found(environment, "migrations")] == ["all applied"]
        assert [one.finding for one in found(environment, "ETL")] == ["has not run yet"]


@pytest.mark.postgres
def test_a_warehouse_of_ones_own_without_its_migrations_is_told_what_to_run(empty_url: str) -> None:
    findings = found({"CLICKSTREAM_WAREHOUSE_URL": empty_url}, "warehouse")
    assert any("clickstream migrate" in finding.finding for finding in findings)


def test_the_lake_is_left_as_it_was(data: Path) -> None:
    (data / "lake/events").mkdir(parents=True)
    (finding,) = found({"CLICKSTREAM_DATA_DIR": str(data)}, "lake")
    assert finding.status is Status.OK
    assert "can be read and written, and is empty" in finding.finding
    assert [path for path in (data / "lake").rglob("*") if path.is_file()] == []
