"""Any split, order, repetition and lateness of the same events gives the same tables."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from drafts import History, Step, histories
from hypothesis import HealthCheck, given, settings
from oracle import recompute
from tables import differences, empty, read_tables

from clickstream.etl import Options, Window, run
from clickstream.lake import Lake, open_lake
from clickstream.warehouse.binaries import Source
from clickstream.warehouse.connect import connect

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ALL_HOURS = Window(start=NOW - timedelta(days=730), end=NOW)
LIFE = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[psycopg.Connection]:
    with connect(warehouse_url) as opened:
        opened.autocommit = True
        yield opened


@pytest.mark.postgres
def test_the_tables_never_tell_how_events_arrived(warehouse: psycopg.Connection) -> None:
    check(warehouse, examples=100)


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_tables_never_tell_how_events_arrived_in_a_thousand_histories(
    warehouse: psycopg.Connection, server_source: Source
) -> None:
    if server_source != "wheel":
        pytest.skip("the other server has its hundred")
    check(warehouse, examples=900)


def check(warehouse: psycopg.Connection, *, examples: int) -> None:
    @settings(LIFE, max_examples=examples)
    @given(histories())
    def holds(history: History) -> None:
        with tempfile.TemporaryDirectory() as folder:
            live_through(history, Path(folder), warehouse)

    holds()


def live_through(history: History, folder: Path, warehouse: psycopg.Connection) -> None:
    """Load step by step; after each the tables are those of all that has arrived."""
    empty(warehouse)
    lake, arrived = open_lake(folder.as_uri()), {}
    bodies = list(history.objects.items())
    for step in history.steps:
        for number in step.arrivals:
            key, body = bodies[number]
            arrived[key] = body
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        load(lake, warehouse, history, step)
        found = differences(read_tables(warehouse), recompute(arrived, history.rules))
        assert not found, "\n".join(found)


def load(lake: Lake, warehouse: psycopg.Connection, history: History, step: Step) -> None:
    """Load what is new, and where the step says so, all of it again."""
    for window in (None, ALL_HOURS) if step.reloads else (None,):
        options = Options(slice_events=step.slice_events, window=window)
        run(
            lake, warehouse, rules=history.rules, run_id=uuid4(), clock=lambda: NOW,
            options=options,
        )  # fmt: skip
