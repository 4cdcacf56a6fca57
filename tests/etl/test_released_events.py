"""Events of every released version of the contract load as they did when it was released.

`tests/cases/released/VERSION` holds the lines of a lake and the rows that they become; a version's
lines are never changed. `CLICKSTREAM_REWRITE_CASES=1 pytest tests/etl/test_released_events.py`
writes the rows anew.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from memory_lake import MemoryLake

import clickstream.contract
from clickstream.etl import Rules, run
from clickstream.lake import hour_prefix

CASES = Path(__file__).parents[1] / "cases" / "released"
SCHEMAS = Path(clickstream.contract.__file__).parent / "event"
HOUR = datetime(2026, 1, 31, 23, tzinfo=UTC)
TABLES = {
    "events": "select to_jsonb(t) - 'loaded_at' - 'payload_hash' from events t order by event_id",
    "event_items": "select to_jsonb(t) from event_items t order by event_id, position",
    "orders": "select to_jsonb(t) from orders t order by order_id",
    "refunds": "select to_jsonb(t) from refunds t order by event_id",
}


@pytest.mark.unit
def test_every_released_version_has_its_events() -> None:
    released = {path.stem for path in SCHEMAS.glob("*.json")}

    assert released == {path.name for path in CASES.iterdir()}


@pytest.mark.postgres
@pytest.mark.parametrize("version", sorted(path.name for path in CASES.iterdir()))
def test_events_of_a_released_version_load(version: str, connection: psycopg.Connection) -> None:
    lake, folder = MemoryLake(), CASES / version
    lines = (folder / "lines.ndjson").read_bytes()
    lake.put(f"{hour_prefix(HOUR)}batch-1.ndjson", lines)
    connection.autocommit = True

    report = run(
        lake, connection, rules=Rules(), run_id=uuid4(), clock=lambda: HOUR + timedelta(hours=1)
    )

    assert (report.tally.events, report.tally.rejected) == (len(lines.splitlines()), 0)
    made = json.dumps(
        {
            table: [told(row) for (row,) in connection.execute(query.encode())]
            for table, query in TABLES.items()
        },
        indent=2, ensure_ascii=False,
    )  # fmt: skip
    if os.environ.get("CLICKSTREAM_REWRITE_CASES"):
        (folder / "rows.json").write_text(made + "\n", "utf-8")
    assert json.loads(made) == json.loads((folder / "rows.json").read_text("utf-8"))


def told(row: dict[str, object]) -> dict[str, object]:
    """A row without what is empty."""
    return {name: value for name, value in sorted(row.items()) if value is not None}
