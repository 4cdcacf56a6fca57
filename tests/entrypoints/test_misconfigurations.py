"""Each of the likeliest misconfigurations, really made, is found and told how to mend."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from clickstream.entrypoints import misconfigurations
from clickstream.entrypoints.doctor import examine
from clickstream.entrypoints.findings import Finding, Status
from clickstream.entrypoints.loading import etl_rules, load_once
from clickstream.entrypoints.settings import load_settings
from clickstream.etl import Options, run
from clickstream.etl.privacy import erasures
from clickstream.lake import event_key, open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.backup import NAME
from clickstream.warehouse.connect import connect

pytestmark = pytest.mark.one_server

NOW = datetime.now(UTC)


def problems(environment: dict[str, str], *names: str) -> list[Finding]:
    """What is not well, of these examinations; each with what to do."""
    found = [one for one in examine(environment) if one.status is not Status.OK]
    chosen = [one for one in found if not names or one.name in names]
    assert [one for one in chosen if not one.advice and one.name != "warehouse"] == []
    return chosen


@dataclass
class Place:
    """A lake and a warehouse with an hour of shoppers, loaded just now."""

    environment: dict[str, str]

    def with_(self, **settings: str) -> dict[str, str]:
        return self.environment | {
            f"CLICKSTREAM_{key.upper()}": value for key, value in settings.items()
        }

    def ask(self, statement: str) -> None:
        with connect(self.environment["CLICKSTREAM_WAREHOUSE_URL"], autocommit=True) as connection:
            connection.execute(statement.encode())

    def load(self, **settings: str) -> None:
        read = load_settings(self.with_(**settings))
        with connect(read.warehouse_url or "", autocommit=True) as connection:
            run(
                open_lake(read.lake_url), connection, rules=etl_rules(read), run_id=uuid4(),
                clock=lambda: datetime.now(UTC), options=Options(everything=True),
            )  # fmt: skip


@pytest.fixture
def place(warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    place = Place(
        {"CLICKSTREAM_DATA_DIR": str(tmp_path / "data"), "CLICKSTREAM_WAREHOUSE_URL": warehouse_url}
    )
    lake = open_lake(load_settings(place.environment).lake_url)
    write_history(lake, visitors=80, days=1, seed=5, end=NOW)
    return place


DATA = ("settings", "time zone", "rules", "lake", "ETL", "internal", "currency", "proxy", "erasure")


@pytest.mark.postgres
def test_where_all_is_well_nothing_is_found(place: Place) -> None:
    place.load()
    assert problems(place.environment, *DATA, "backup") == []
    assert [
        one for one in problems(place.environment, "warehouse") if one.status is Status.BAD
    ] == []


@pytest.mark.unit
def test_1_a_mistyped_setting() -> None:
    (found,) = problems({"CLICKSTREAM_INTERNAL_HOST": "staging.shop.example"}, "settings")
    assert "did you mean CLICKSTREAM_INTERNAL_HOSTS?" in found.finding


@pytest.mark.unit
def test_2_a_lake_that_is_kept_shorter_than_the_warehouse() -> None:
    (found,) = problems({"CLICKSTREAM_LAKE_RETENTION": "30d"}, "settings")
    assert "CLICKSTREAM_WAREHOUSE_RETENTION" in found.finding


@pytest.mark.unit
@pytest.mark.parametrize(
    ("days", "kept", "said"),
    [
        pytest.param(30, {}, Status.BAD, id="the warehouse for ever"),
        pytest.param(30, {"CLICKSTREAM_WAREHOUSE_RETENTION": "30d"}, Status.BAD, id="as long"),
        pytest.param(31, {"CLICKSTREAM_WAREHOUSE_RETENTION": "30d"}, Status.OK, id="longer"),
        pytest.param(None, {}, Status.OK, id="no rule"),
    ],
)
def test_2_a_bucket_that_removes_events_before_the_warehouse_does(
    days: int | None, kept: dict[str, str], said: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(misconfigurations, "days_until_expiry", lambda *_: days)
    settings = load_settings({"CLICKSTREAM_LAKE_URL": "s3://shop-events", **kept})
    found = misconfigurations.lifecycle(settings, "s3://shop-events")
    assert found.status is said


@pytest.mark.postgres
def test_3_a_lake_that_is_not_the_warehouses(place: Place, tmp_path: Path) -> None:
    place.load()
    (tmp_path / "other/events").mkdir(parents=True)
    elsewhere = place.with_(lake_url=(tmp_path / "other").as_uri())
    (found,) = problems(elsewhere, "lake")
    assert (found.status, "does not have" in found.finding) == (Status.BAD, True)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "name"),
    [
        pytest.param({"timezone": "Asia/Ho_Chi_Minh"}, "time zone", id="time-zone"),
        pytest.param({"key_events": "sign_up"}, "rules", id="key-events"),
    ],
)
def test_4_rules_that_are_not_those_of_the_tables(
    place: Place, setting: dict[str, str], name: str
) -> None:
    place.load()
    (found,) = problems(place.with_(**setting), name)
    assert "rebuild" in found.advice


@pytest.mark.postgres
def test_5_an_etl_that_does_not_run(place: Place) -> None:
    place.load()
    place.ask("update etl_runs set started_at = started_at - interval '1 day'")
    (found,) = problems(place.environment, "ETL")
    assert "clickstream etl --loop" in found.advice


@pytest.mark.unit
def test_6_a_proxy_that_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lake = open_lake((tmp_path / "lake").as_uri())
    line = {"eventName": "x", "_ingest": {"source": "http", "sourceIp": "10.0.0.0"}}
    body = b"\n".join(msgspec.json.encode(line) for _ in range(60))
    lake.put(event_key(NOW, uuid4()).replace(".json", ".ndjson"), body)
    environment = {"CLICKSTREAM_DATA_DIR": str(tmp_path)}
    (found,) = problems(environment, "proxy")
    assert "CLICKSTREAM_TRUSTED_PROXIES" in found.advice
    assert problems(environment | {"CLICKSTREAM_TRUSTED_PROXIES": "10.0.0.1"}, "proxy") == []


@pytest.mark.unit
def test_7_an_internal_network_too_narrow_to_match(tmp_path: Path) -> None:
    environment = {"CLICKSTREAM_INTERNAL_NETWORKS": "203.0.113.7, 198.51.100.0/24"}
    (found,) = problems(environment, "internal")
    assert "203.0.113.7/32" in found.finding
    assert problems(environment | {"CLICKSTREAM_KEEP_ADDRESSES": "true"}, "internal") == []


@pytest.mark.postgres
def test_7_all_traffic_marked_as_internal(place: Place) -> None:
    host = "CLICKSTREAM_INTERNAL_HOSTS"
    place.load()
    with connect(place.environment["CLICKSTREAM_WAREHOUSE_URL"], autocommit=True) as connection:
        (found_host,) = connection.execute(
            "select page_host from sessions group by 1 order by count(*) desc limit 1"
        ).fetchone() or ("",)
        connection.execute("delete from warehouse_settings")
        connection.execute("delete from etl_objects")
        truncate(connection)
    place.load(internal_hosts=found_host)
    (found,) = problems(place.environment | {host: found_host}, "internal")
    assert "left out of every report" in found.finding


def truncate(connection: psycopg.Connection) -> None:
    """An empty warehouse."""
    tables = "events, event_items, sessions, visitors, identities, orders, refunds, daily_metrics"
    rest = "hourly_metrics, daily_orders, daily_products, daily_pages, daily_funnel"
    connection.execute(f"truncate {tables}, {rest}, daily_transitions, product_attributes".encode())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("setting", "name"),
    [
        pytest.param("CLICKSTREAM_COLLECTOR_HOST", "collector", id="8-collector"),
        pytest.param("CLICKSTREAM_DASHBOARD_HOST", "dashboard", id="9-dashboard"),
    ],
)
def test_8_and_9_what_is_open_to_the_network(setting: str, name: str, tmp_path: Path) -> None:
    environment = {"CLICKSTREAM_DATA_DIR": str(tmp_path), setting: "0.0.0.0"}
    assert [one.name for one in problems(environment, name)][:1] == [name]


@pytest.mark.unit
def test_a_country_that_nobody_may_tell(tmp_path: Path) -> None:
    environment = {
        "CLICKSTREAM_DATA_DIR": str(tmp_path), "CLICKSTREAM_COLLECTOR_HOST": "0.0.0.0",
        "CLICKSTREAM_COUNTRY_HEADER": "cf-ipcountry",
    }  # fmt: skip
    (found,) = problems(environment, "country")
    assert "cf-ipcountry" in found.finding
    assert problems(environment | {"CLICKSTREAM_TRUSTED_PROXIES": "192.0.2.1"}, "country") == []


@pytest.mark.postgres
def test_10_no_backup_or_an_old_one(
    open_data_dir: Path, server_source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {
        "CLICKSTREAM_DATA_DIR": str(open_data_dir), "CLICKSTREAM_WAREHOUSE_SERVER": server_source,
    }  # fmt: skip
    settings = load_settings(environment)
    write_history(open_lake(settings.lake_url), visitors=5, days=1, seed=5, end=NOW)
    load_once(settings, Options(everything=True))
    (none,) = problems(environment, "backup")
    assert "there is none" in none.finding
    settings.backup_dir.mkdir()
    (settings.backup_dir / f"{NOW - timedelta(days=3):{NAME}}").touch()
    (old,) = problems(environment, "backup")
    assert "3 days" in old.finding
    (settings.backup_dir / f"{NOW - timedelta(hours=3):{NAME}}").touch()
    assert problems(environment, "backup") == []


@pytest.mark.unit
def test_an_erasure_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lake = open_lake((tmp_path / "lake").as_uri())
    erasures.write(lake, erasures.make_erasure(uuid4(), NOW, {"events/x": {1}}))
    (found,) = problems({"CLICKSTREAM_DATA_DIR": str(tmp_path)}, "erasure")
    assert "clickstream forget --again" in found.advice
