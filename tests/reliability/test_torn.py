"""Objects cut off in the middle, as a power cut leaves files that nobody acknowledged."""

import gzip

import pytest

from clickstream.contract import Reason
from clickstream.etl import Rules
from clickstream.etl.read import read_object
from clickstream.etl.rows import Rejection

pytestmark = pytest.mark.unit
FOLDER = "events/2026/03/01/11/"
EVENT = b'{"eventName": "page_view", "eventId": "e-%d", "clientId": "c"}'
LINES = b"\n".join(EVENT % number for number in range(50)) + b"\n"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("batch-1.ndjson.gz", gzip.compress(LINES), id="batch"),
        pytest.param("batch-1.ndjson.gz", gzip.compress(LINES, 0), id="uncompressed blocks"),
        pytest.param("event-1.json.gz", gzip.compress(EVENT % 1), id="one event, gzipped"),
    ],
)
def test_a_gzip_file_that_is_cut_anywhere_is_refused_as_a_whole(name: str, body: bytes):
    for length in range(len(body)):
        (outcome,) = read_object(FOLDER + name, body[:length], Rules())
        assert isinstance(outcome, Rejection), length
        assert (outcome.object_line, outcome.reason) == (0, Reason.UNREADABLE_OBJECT), length
    assert not any(
        isinstance(outcome, Rejection) for outcome in read_object(FOLDER + name, body, Rules())
    )


def test_a_gzip_file_whose_end_was_never_written_is_refused_as_a_whole():
    body = gzip.compress(LINES)
    for length in range(0, len(body), 7):
        (outcome,) = read_object(
            FOLDER + "batch-1.ndjson.gz", body[:length].ljust(len(body), b"\0"), Rules()
        )
        assert isinstance(outcome, Rejection)
        assert outcome.object_line == 0


def test_one_event_that_is_cut_anywhere_is_refused():
    body = EVENT % 1
    for length in range(len(body)):
        (outcome,) = read_object(FOLDER + "event-1.json", body[:length], Rules())
        assert isinstance(outcome, Rejection), length


@pytest.mark.parametrize("name", ["event-1.json", "batch-1.ndjson", "batch-1.ndjson.gz"])
def test_an_empty_file_is_no_file_without_events(name: str):
    (outcome,) = read_object(FOLDER + name, b"", Rules())
    assert isinstance(outcome, Rejection)
    assert (outcome.object_line, outcome.reason) == (0, Reason.UNREADABLE_OBJECT)


def test_the_last_line_of_a_plain_file_that_is_cut_costs_itself():
    outcomes = list(read_object(FOLDER + "batch-1.ndjson", LINES[:-10], Rules()))
    assert [isinstance(one, Rejection) for one in outcomes] == [False] * 49 + [True]
