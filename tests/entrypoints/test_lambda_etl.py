"""The scheduled Lambda: it loads what is new, reads a window again, and stops in time."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from clickstream.entrypoints.lambda_etl import handler, read_window
from clickstream.errors import SettingsError
from clickstream.etl import Window
from clickstream.lake import event_key, open_lake

pytestmark = pytest.mark.one_server

RECEIVED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@dataclass
class Context:
    milliseconds: int = 600_000
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.fixture
def environment(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> psycopg.Connection:
    lake = open_lake(tmp_path.as_uri())
    for number in range(3):
        body = {"eventName": "page_view", "clientId": "c", "_ingest": {"receivedAt": str(RECEIVED)}}
        lake.put(event_key(RECEIVED, UUID(int=number)), json.dumps(body).encode())
    monkeypatch.setenv("CLICKSTREAM_LAKE_URL", tmp_path.as_uri())
    monkeypatch.setenv("CLICKSTREAM_WAREHOUSE_URL", warehouse_url)
    monkeypatch.chdir(tmp_path)
    return psycopg.connect(warehouse_url)


def events(connection: psycopg.Connection) -> int:
    with connection:
        row = connection.execute("select count(*) from clickstream.events").fetchone()
    assert row
    return int(row[0])


@pytest.mark.postgres
def test_schedule_loads_what_is_new(environment: psycopg.Connection) -> None:
    first = handler({}, Context())
    assert (first["status"], first["events"]) == ("succeeded", 3)
    assert events(environment) == 3


@pytest.mark.postgres
def test_window_is_read_again_and_changes_nothing(environment: psycopg.Connection) -> None:
    handler({}, Context())
    environment.close()
    again = handler({"from": "2026-03-01T09:00:00Z", "to": "2026-03-01T09:59:00Z"}, Context())
    assert (again["objects"], again["events"], again["duplicates"]) == (3, 0, 3)


@pytest.mark.postgres
def test_too_little_time_stops_before_the_first_slice(environment: psycopg.Connection) -> None:
    report = handler({}, Context(milliseconds=119_000))
    assert report["status"] == "stopped"
    assert events(environment) == 0


@pytest.mark.unit
def test_window_is_read_from_the_invocation() -> None:
    assert read_window({"source": "aws.events"}) is None
    window = read_window({"from": "2026-03-01", "to": "2026-03-02"})
    assert window == Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.unit
@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"to": "2026-03-01"}, id="no start"),
        pytest.param({"from": "yesterday"}, id="no instant"),
        pytest.param({"from": "2026-03-02", "to": "2026-03-01"}, id="backwards"),
    ],
)
def test_window_that_makes_no_sense_is_refused(event: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read_window(event)
