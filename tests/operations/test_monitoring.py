"""The alert rules and the dashboard name metrics that exist, and each alarm has its answer."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from clickstream.entrypoints.settings import load_settings
from clickstream.entrypoints.telemetry import metrics_file, write_metrics
from clickstream.etl import Options, Rules, run
from clickstream.ingest.collector.exposition import exposition
from clickstream.lake import open_lake
from clickstream.simulate import write_history

pytestmark = pytest.mark.one_server

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs/monitoring/alerts.yml"
BOARD = ROOT / "docs/monitoring/dashboard.json"
RUNBOOK = ROOT / "docs/operations.md"
NAME = re.compile(r"\bclickstream_[a-z0-9_]+\b")
NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in json.loads(BOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.fixture
def told(connection: psycopg.Connection, tmp_path: Path) -> str:
    """All that is told of a shop with an hour's load, a refused line, a backup and an anomaly."""
    environment = {"CLICKSTREAM_DATA_DIR": str(tmp_path)}
    settings = load_settings(environment)
    settings.backup_dir.mkdir()
    (settings.backup_dir / "warehouse-20260301T000000Z.zip").touch()
    lake = open_lake(settings.lake_url)
    write_history(lake, visitors=30, days=1, seed=3, end=NOW)
    lake.put("events/2026/02/28/23/batch-x.ndjson", b"{]\n")
    run(
        lake, connection, rules=Rules(), run_id=uuid4(), clock=lambda: NOW,
        options=Options(everything=True),
    )  # fmt: skip
    lake.put("events/2026/03/01/00/event-late.json", b'{"eventName":"x"}')
    connection.execute(
        "insert into quality_results (run_id, check_name, checked_at, status, message)"
        " values (gen_random_uuid(), 'x', now(), 'failed', 'y')"
    )
    write_metrics(settings, lake, connection, now=NOW)
    return metrics_file(settings).read_text() + exposition(Counter())


@pytest.mark.postgres
def test_every_metric_that_is_watched_exists(told: str) -> None:
    exist = set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE))
    watched = {
        name.removesuffix("_bucket") for text in expressions() for name in NAME.findall(text)
    }
    assert watched - exist == set()
    assert len(watched) > 15


@pytest.mark.postgres
def test_the_values_are_those_of_the_books(told: str, connection: psycopg.Connection) -> None:
    values = dict(re.findall(r"^(clickstream_\S+) (\S+)$", told, re.MULTILINE))
    stored = connection.execute("select count(*) from events").fetchone()
    assert float(values["clickstream_warehouse_events"]) == (stored or [0])[0]
    assert float(values["clickstream_etl_events_total"]) == (stored or [0])[0]
    assert float(values["clickstream_etl_backlog_objects"]) == 1
    assert float(values["clickstream_etl_last_run_failed"]) == 0
    assert float(values['clickstream_etl_rejected_total{reason="invalid_json"}']) >= 1
    assert float(values['clickstream_quarantine_lines{reason="invalid_json"}']) >= 1
    assert float(values['clickstream_quality_checks{status="failed"}']) == 1
    assert float(values["clickstream_backup_last_timestamp_seconds"]) == NOW.timestamp() - 3600
    assert float(values["clickstream_erasures_unfinished"]) == 0


@pytest.mark.postgres
def test_each_metric_is_explained_in_the_runbook(told: str) -> None:
    exist = set(re.findall(r"^# TYPE (clickstream_(?!collector)\S+)", told, re.MULTILINE))
    named = set(NAME.findall(RUNBOOK.read_text()))
    assert exist - named == set()


@pytest.mark.unit
@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule["alert"]) for rule in rules()])
def test_each_alarm_has_its_answer_in_the_runbook(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    document, _hash, anchor = rule["annotations"]["runbook"].partition("#")
    assert (ROOT / document, anchor) == (RUNBOOK, rule["alert"].lower())
    assert f"### {rule['alert']}\n" in RUNBOOK.read_text()


@pytest.mark.unit
def test_the_runbook_answers_no_alarm_that_does_not_exist() -> None:
    answered = re.findall(r"^### (Clickstream\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert answered == [rule["alert"] for rule in rules()]


@pytest.mark.unit
def test_the_dashboard_is_one_that_grafana_takes() -> None:
    board = json.loads(BOARD.read_text())
    assert board["schemaVersion"] >= 39
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells)), "two panels lie on each other"
