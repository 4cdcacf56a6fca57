"""Lines that were refused: listed, counted, and taken once they can be."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import psycopg
import pytest

from clickstream.contract import Reason
from clickstream.etl import Rules, run
from clickstream.etl.quarantine import Replay, counted, listed, replay
from clickstream.lake import Lake

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = "events/2026/03/01/11/"
_numbers = count(1)


def line(number: int, **fields: object) -> bytes:
    event = {"eventName": "page_view", "eventId": f"e-{number}", "clientId": "c-1", **fields}
    received_at = (NOON - timedelta(minutes=30) + timedelta(seconds=number)).isoformat()
    return json.dumps(event | {"_ingest": {"receivedAt": received_at}}).encode()


def load(lake: Lake, connection: psycopg.Connection) -> None:
    run(lake, connection, rules=Rules(), run_id=UUID(int=next(_numbers)), clock=lambda: NOON)


def try_again(lake: Lake, connection: psycopg.Connection, reason: Reason | None = None) -> Replay:
    return replay(
        lake, connection, rules=Rules(), run_id=UUID(int=next(_numbers)), clock=lambda: NOON,
        reason=reason,
    )  # fmt: skip


def events(connection: psycopg.Connection) -> list[str]:
    return [row[0] for row in connection.execute("select event_id from events order by 1")]


@pytest.fixture
def lake(tmp_lake: Lake) -> Lake:
    """One object with two bad lines amid good ones, one that is torn."""
    lines = [line(1), b"{not json", line(2), line(3, pageUrl=7), line(4)]
    tmp_lake.put(f"{HOUR}batch-1.ndjson.gz", gzip.compress(b"\n".join(lines)))
    whole = gzip.compress(b"\n".join([line(5), line(6)]))
    tmp_lake.put(f"{HOUR}batch-2.ndjson.gz", whole[: len(whole) // 2])
    return tmp_lake


def test_one_bad_line_costs_itself_and_a_torn_object_itself(lake, connection):
    load(lake, connection)
    assert events(connection) == ["e-1", "e-2", "e-4"]
    assert counted(connection) == {"invalid_field": 1, "invalid_json": 1, "unreadable_object": 1}
    assert [(one.reason, one.object_line) for one in listed(connection)] == [
        ("invalid_json", 2),
        ("invalid_field", 4),
        ("unreadable_object", 0),
    ]
    rejections = connection.execute("select rejections from etl_runs").fetchone()
    assert rejections == (counted(connection),)


def test_a_torn_object_is_read_once_it_is_whole(lake, connection):
    load(lake, connection)
    lake.put(f"{HOUR}batch-2.ndjson.gz", gzip.compress(b"\n".join([line(5), line(6)])))
    load(lake, connection)
    assert events(connection) == ["e-1", "e-2", "e-4"], "a load looks at what is new alone"
    done = try_again(lake, connection, Reason.UNREADABLE_OBJECT)
    assert (done.tried, done.accepted, done.refused, done.gone) == (1, 1, 0, ())
    assert events(connection) == ["e-1", "e-2", "e-4", "e-5", "e-6"]
    assert counted(connection) == {"invalid_field": 1, "invalid_json": 1}


def test_a_replay_counts_nothing_twice_and_keeps_what_is_still_refused(lake, connection):
    load(lake, connection)
    before = connection.execute("select * from daily_metrics").fetchall()
    done = try_again(lake, connection)
    assert (done.tried, done.accepted, done.refused) == (3, 0, 3)
    assert connection.execute("select * from daily_metrics").fetchall() == before
    assert sum(counted(connection).values()) == 3


def test_an_object_that_the_lake_no_longer_holds_is_named_and_stays(lake, connection):
    load(lake, connection)
    lake.delete(f"{HOUR}batch-2.ndjson.gz")
    done = try_again(lake, connection)
    assert done.gone == (f"{HOUR}batch-2.ndjson.gz",)
    assert (done.tried, done.accepted, done.refused, done.gone_lines) == (3, 0, 2, 1)
    assert sum(counted(connection).values()) == 3


def test_an_empty_quarantine_needs_no_run(tmp_lake, connection):
    done = try_again(tmp_lake, connection)
    assert done == Replay(report=None, tried=0, accepted=0, refused=0, gone=(), gone_lines=0)
    assert connection.execute("select count(*) from etl_runs").fetchone() == (0,)
