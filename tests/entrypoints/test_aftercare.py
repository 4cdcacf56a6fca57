"""After a load: an incident in a simulated shop is found, explained, told of, and taken back."""

import datetime as dt
import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from clickstream.entrypoints.aftercare import look_after
from clickstream.entrypoints.settings import Settings
from clickstream.etl import Options, Rules, run
from clickstream.lake import open_lake
from clickstream.simulate import write_history

pytestmark = pytest.mark.postgres
END = dt.datetime(2026, 3, 20, 21, 30, tzinfo=dt.UTC)
INCIDENT = (
    dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 20, 16, tzinfo=dt.UTC),
)


class Hook(HTTPServer):
    """A webhook on this machine that keeps what it is told."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.server.bodies.append(json.loads(self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def hook():
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _take_phones_out(folder: Path) -> bytes:
    """Remove what phones sent during the incident from the lake, and give it back."""
    removed: list[str] = []
    for path in sorted((folder / "events/2026/03/20").glob("*/*.gz")):
        hour = INCIDENT[0].replace(hour=int(path.parent.name))
        if not INCIDENT[0] <= hour < INCIDENT[1]:
            continue
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        kept = [line for line in lines if "Mobile" not in line]
        removed += [line for line in lines if "Mobile" in line]
        path.write_bytes(gzip.compress("".join(f"{line}\n" for line in kept).encode()))
    return gzip.compress("".join(f"{line}\n" for line in removed).encode())


def _load(lake, connection, now):
    return run(
        lake, connection, rules=Rules(), run_id=uuid4(), clock=lambda: now,
        options=Options(everything=True),
    )  # fmt: skip


def test_an_incident_is_found_told_once_and_taken_back(
    connection: psycopg.Connection, tmp_path: Path, hook: Hook
) -> None:
    folder = tmp_path / "lake"
    lake = open_lake(folder.as_uri())
    write_history(lake, visitors=8000, days=15, seed=11, end=END)
    late = _take_phones_out(folder)
    connection.commit()
    settings = Settings(
        webhook_url=f"http://127.0.0.1:{hook.server_port}/",
        dashboard_public_url="https://stats.shop.example",
        timezone=ZoneInfo("UTC"),
    )
    report = _load(lake, connection, END)
    assert look_after(connection, settings, report, now=END) > 0

    rows = connection.execute(
        "select period, explained_by, explained_value, observed < expected from anomalies"
        " where metric = 'sessions' and period_interval = 'hour' and notified_at is not null"
    ).fetchall()
    assert rows
    assert all(INCIDENT[0] <= row[0] < INCIDENT[1] for row in rows)
    assert {row[1:] for row in rows} == {("device", "mobile", True)}
    (told,) = hook.bodies
    assert told["link"].startswith("https://stats.shop.example/?from=2026-03-")
    assert any(one["metric"] == "sessions" for one in told["anomalies"])
    checks = connection.execute(
        "select check_name, message from quality_results where status = 'failed'"
    ).fetchall()
    assert checks == []

    again = END + dt.timedelta(minutes=20)
    assert look_after(connection, settings, _load(lake, connection, again), now=again) == 0
    assert len(hook.bodies) == 1

    lake.put("events/2026/03/20/21/batch-00000000-0000-4000-8000-000000000000.ndjson.gz", late)
    later = END + dt.timedelta(minutes=40)
    look_after(connection, settings, _load(lake, connection, later), now=later)
    kept = connection.execute(
        "select count(*) from anomalies where metric = 'sessions' and period_interval = 'hour'"
        " and period >= %s and period < %s",
        INCIDENT,
    ).fetchone()
    assert kept == (0,)


@pytest.mark.one_server
def test_the_watch_begins_with_the_filters_of_every_report(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    lake = open_lake((tmp_path / "lake").as_uri())
    write_history(lake, visitors=400, days=4, seed=3, end=END)
    connection.commit()
    report = _load(lake, connection, END)

    def watched(*filters: str, minutes: int) -> list[tuple[object, ...]]:
        settings = Settings(timezone=ZoneInfo("UTC"), report_filters=filters)
        look_after(connection, settings, report, now=END + dt.timedelta(minutes=minutes))
        return connection.execute(
            "select period, observed, judged_at from watched_periods"
            " where metric = 'sessions' and period_interval = 'hour' order by 1"
        ).fetchall()

    whole = watched(minutes=0)
    phones = watched("device=mobile", minutes=1)
    counted = connection.execute(
        "select date_trunc('hour', started_at), count(*) from sessions"
        " where device_type = 'mobile' and not is_bot and not is_internal group by 1"
    ).fetchall()
    assert {one[0]: one[1] for one in phones if one[1]} == {
        hour: count for hour, count in counted if hour <= phones[-1][0]
    }
    assert sum(one[1] for one in phones) < sum(one[1] for one in whole)
    assert watched("device=mobile", minutes=20) == phones
    assert [one[1] for one in watched(minutes=25)] == [one[1] for one in whole]


@pytest.mark.one_server
def test_what_goes_wrong_afterwards_does_not_fail_the_load(
    connection: psycopg.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection.commit()
    report = _load(open_lake((tmp_path / "lake").as_uri()), connection, END)
    connection.execute("drop table watched_periods")
    connection.commit()
    assert look_after(connection, Settings(checks={"x": {"kind": "odd"}}), report, now=END) == 0
    assert "were not watched" in caplog.text
    assert "were not checked" in caplog.text


@pytest.mark.one_server
def test_a_failed_checks_examples_are_in_no_log(
    connection: psycopg.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection.commit()
    report = _load(open_lake((tmp_path / "lake").as_uri()), connection, END)
    settings = Settings(checks={"mails": "select 'ann@shop.example' as mail"})
    look_after(connection, settings, report, now=END)
    assert "check mails failed: 1 row(s) too many." in caplog.text
    assert "ann@shop.example" not in caplog.text
    kept = connection.execute("select examples from quality_results where check_name = 'mails'")
    assert "ann@shop.example" in kept.fetchall()[0][0][0]


@pytest.mark.one_server
def test_a_mistake_in_the_watch_does_not_fail_the_load(
    connection: psycopg.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def stumble(*_: object, **_named: object) -> None:
        raise ValueError("of another shape")

    connection.commit()
    report = _load(open_lake((tmp_path / "lake").as_uri()), connection, END)
    monkeypatch.setattr("clickstream.quality.watch.watch", stumble)
    assert look_after(connection, Settings(), report, now=END) == 0
    assert "of another shape" in caplog.text
