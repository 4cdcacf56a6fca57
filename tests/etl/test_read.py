"""From one object of the lake to its events: what cannot be read is told, alone."""

import gzip
import json
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import pytest

from clickstream.contract import Reason
from clickstream.etl import Rules, read
from clickstream.etl.read import read_object
from clickstream.etl.rows import EventRow, Rejection

pytestmark = pytest.mark.unit

FOLDER = "events/2026/01/31/23"
EVENT = b'{"eventName":"page_view","_ingest":{"receivedAt":"2026-01-31T23:10:00Z"}}'


def taken(key: str, body: bytes) -> list[EventRow]:
    """The events of an object that is taken whole."""
    return [row for row, _items in read_object(key, body, Rules())]  # type: ignore[misc]


def refused(key: str, body: bytes) -> Rejection:
    """The one rejection of an object of which nothing else is taken."""
    (rejection,) = read_object(key, body, Rules())
    assert isinstance(rejection, Rejection)
    return rejection


@pytest.mark.parametrize(
    ("name", "body", "lines"),
    [
        pytest.param("event-1.json", EVENT, [1], id="one event"),
        pytest.param("event-1.json", json.dumps(json.loads(EVENT), indent=2).encode(), [1],
                     id="one event over several lines"),
        pytest.param("event-1.json.gz", gzip.compress(EVENT), [1], id="one event, gzipped"),
        pytest.param("batch-1.ndjson", EVENT + b"\n" + EVENT, [1, 2], id="many"),
        pytest.param("batch-1.jsonl", EVENT + b"\r\n" + EVENT, [1, 2], id="many, from Windows"),
        pytest.param("batch-1.ndjson.gz", gzip.compress(EVENT + b"\n" + EVENT + b"\n"), [1, 2],
                     id="many, gzipped"),
        pytest.param("batch-1.ndjson.gz", gzip.compress(EVENT + b"\n") + gzip.compress(EVENT),
                     [1, 2], id="gzip in two members"),
        pytest.param("batch-1.ndjson", b"\n\n" + EVENT + b"\n \n" + EVENT + b"\n\n", [3, 5],
                     id="blank lines are nothing but counted"),
        pytest.param("batch-1.ndjson", b"\n", [], id="nothing but a line end"),
        pytest.param("event-1.json", b" \n", [], id="nothing but white space"),
    ],
)  # fmt: skip
def test_reads_every_form_of_object(name: str, body: bytes, lines: list[int]) -> None:
    assert [row.object_line for row in taken(f"{FOLDER}/{name}", body)] == lines


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        pytest.param("batch-1.ndjson.gz", gzip.compress(EVENT)[:-9], "torn", id="torn gzip"),
        pytest.param("batch-1.ndjson.gz", b"", "torn", id="empty gzip"),
        pytest.param("batch-1.ndjson.gz", EVENT, "no whole gzip", id="not gzip"),
        pytest.param("batch-1.ndjson.gz", gzip.compress(EVENT) + b"rest", "no whole gzip",
                     id="something behind the gzip"),
        pytest.param("batch-1.ndjson.gz", gzip.compress(EVENT) + gzip.compress(EVENT)[:-9], "torn",
                     id="a second member, torn"),
        pytest.param("notes.txt", b"hello", "ends in none of", id="another name"),
        pytest.param("batch-1.parquet", b"PAR1", "ends in none of", id="another format"),
    ],
)  # fmt: skip
def test_refuses_an_object_that_is_not_what_its_name_says(name: str, body: bytes, why: str) -> None:
    rejection = refused(f"{FOLDER}/{name}", body)

    assert (rejection.reason, rejection.object_line) == (Reason.UNREADABLE_OBJECT, 0)
    assert why in rejection.message
    assert rejection.payload == body


@pytest.mark.parametrize(
    "members", [pytest.param(1, id="one member"), pytest.param(5, id="many members")]
)
def test_refuses_a_decompression_bomb(members: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_OBJECT_BYTES", 100_000)
    bomb = gzip.compress(b" " * (400_000 // members)) * members

    rejection = refused(f"{FOLDER}/batch-1.ndjson.gz", bomb)

    assert rejection.reason is Reason.UNREADABLE_OBJECT
    assert "split it" in rejection.message


def test_an_object_of_just_the_greatest_size_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_OBJECT_BYTES", 2 * len(EVENT) + 2)
    key, line = f"{FOLDER}/batch-1.ndjson.gz", EVENT + b"\n"

    assert len(taken(key, gzip.compress(line * 2))) == 2
    assert len(taken(key, gzip.compress(line) * 2)) == 2
    assert "split it" in refused(key, gzip.compress(line) * 3).message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"{", Reason.INVALID_JSON, id="cut off"),
        pytest.param(b"\xff", Reason.INVALID_JSON, id="not UTF-8"),
        pytest.param(b"[]", Reason.NOT_AN_OBJECT, id="an array"),
        pytest.param(b'{"eventName": ""}', Reason.MISSING_EVENT_NAME, id="no name"),
        pytest.param(b'{"eventName": "x", "product": {"price": "dear"}}', Reason.INVALID_FIELD,
                     id="a price in words"),
        pytest.param(b'{"eventName": "x", "eventTimestamp": "soon"}', Reason.INVALID_TIMESTAMP,
                     id="an instant in words"),
        pytest.param(b'{"eventName": "x", "_ingest": {"receivedAt": "soon"}}',
                     Reason.INVALID_FIELD, id="received, but when?"),
    ],
)  # fmt: skip
def test_one_bad_line_is_refused_alone(line: bytes, reason: Reason) -> None:
    first, second, third = read_object(
        f"{FOLDER}/batch-1.ndjson", b"\n".join([EVENT, line, EVENT]), Rules()
    )

    assert isinstance(second, Rejection)
    assert (second.object_line, second.reason, second.payload) == (2, reason, line)
    assert not isinstance(first, Rejection)
    assert not isinstance(third, Rejection)


def test_quarantine_keeps_the_beginning_of_a_line_that_is_too_long() -> None:
    line = b'{"eventName": "' + b"x" * 100_000 + b'"}'

    rejection = refused(f"{FOLDER}/event-1.json", line)

    assert rejection.payload == line[: read.MAX_KEPT_BYTES]


@pytest.mark.parametrize(
    ("key", "occurred", "received"),
    [
        pytest.param(f"{FOLDER}/event-1.json", "2026-01-31T23:59:59.999999Z",
                     datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC), id="within the hour"),
        pytest.param(f"{FOLDER}/event-1.json", "2026-02-01T00:00:00Z",
                     datetime(2026, 1, 31, 23, tzinfo=UTC), id="outside: the hour's start"),
    ],
)  # fmt: skip
def test_a_line_without_an_envelope_was_received_in_its_objects_hour(
    key: str, occurred: str, received: datetime
) -> None:
    (row,) = taken(key, b'{"eventName":"x","eventTimestamp":"%b"}' % occurred.encode())

    assert row.received_at == received
    assert row.event_id == str(uuid5(NAMESPACE_URL, f"{key}#1"))


def test_a_line_without_envelope_or_hour_is_refused() -> None:
    rejection = refused("events/elsewhere/event-1.json", b'{"eventName":"x"}')

    assert rejection.reason is Reason.INVALID_TIMESTAMP
    assert "_ingest.receivedAt" in rejection.message
