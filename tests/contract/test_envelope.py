"""The line that the lake keeps of an event."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from documents import good_events
from hypothesis import example, given
from hypothesis import strategies as st

from clickstream.contract import (
    Document,
    Envelope,
    check_event,
    decode_line,
    decode_object,
    encode_envelope,
    lake_line,
    limits,
    read_event,
)

pytestmark = pytest.mark.unit

NOON = datetime(2026, 1, 31, 12, 0, 0, 123_456, UTC)
SMALLEST = encode_envelope(Envelope(received_at=NOON))
texts = st.none() | st.text()
envelopes = st.builds(
    Envelope,
    received_at=st.datetimes(timezones=st.just(UTC)),
    event_id=texts,
    source=st.sampled_from(["http", "import"]),
    source_ip=texts,
    user_agent=texts,
    headers=st.none() | st.dictionaries(st.text(), st.text()),
    method=texts,
    path=texts,
    request_id=texts,
    api_id=texts,
    stage=texts,
    trace_id=texts,
)


def own(document: Document) -> Document:
    """What the sender said: all but the platform's own field."""
    return {key: value for key, value in document.items() if key != "_ingest"}


@given(envelopes)
def test_an_envelope_is_read_as_it_was_written(envelope: Envelope) -> None:
    encoded = encode_envelope(envelope)
    assert b"\n" not in encoded
    assert msgspec.json.decode(encoded, type=Envelope) == envelope
    assert json.loads(encoded)["source"] == envelope.source


def test_an_envelope_says_no_more_than_it_knows() -> None:
    assert json.loads(SMALLEST) == {"receivedAt": "2026-01-31T12:00:00.123456Z", "source": "http"}


@given(good_events, envelopes, st.sampled_from([None, 1, "\t"]), st.booleans())
@example({"eventName": "a", "_ingest": {"receivedAt": "2000-01-01"}}, Envelope(NOON), None, True)
def test_a_line_holds_the_event_and_the_envelope(
    document: Document, envelope: Envelope, indent: int | str | None, is_ascii: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii)
    payload = text.encode(errors="replace")
    sent = decode_object(payload)
    line = lake_line(payload, sent, encode_envelope(envelope))
    assert b"\n" not in line
    assert b"\r" not in line
    kept = decode_line(line)
    assert repr(own(kept)) == repr(own(sent))
    # What a header holds and PostgreSQL cannot is mended on the way back, as in an event.
    assert kept["_ingest"] == decode_object(encode_envelope(envelope))
    assert read_event(kept) == check_event(sent)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b'{"eventName":"a","x":1e5,"y":"\\u0041\\/"}', id="as it was written"),
        pytest.param(b'{"eventName":"a","x":"\\u0000\\ud800"}', id="what PostgreSQL cannot hold"),
        pytest.param(b'{"eventName":"b","eventName":"a"}', id="a repeated key"),
        pytest.param('{"eventName":"a","x":"\u2028\u0085\u00e9"}'.encode(), id="other line breaks"),
    ],
)
def test_the_payload_is_kept_byte_for_byte(payload: bytes) -> None:
    line = lake_line(payload, decode_object(payload), SMALLEST)
    assert line.startswith(payload[:-1] + b',"_ingest":{')


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b'{"_ingest":{"sourceIp":"1.2.3.4"},"eventName":"a"}', id="first"),
        pytest.param(b'{"eventName":"a","_ingest":[]}', id="last"),
        pytest.param(b'{"eventName":"a","\\u005fingest":{"receivedAt":"2000"}}', id="escaped"),
        pytest.param(b'{"_ingest":1,"eventName":"a","_inge\\u0073t":2}', id="twice"),
    ],
)
def test_a_senders_own_ingest_is_removed(payload: bytes) -> None:
    line = lake_line(payload, decode_object(payload), SMALLEST)
    assert json.loads(line, object_pairs_hook=list) == [
        ("eventName", "a"),
        ("_ingest", [("receivedAt", "2026-01-31T12:00:00.123456Z"), ("source", "http")]),
    ]


def test_line_breaks_between_tokens_become_spaces() -> None:
    payload = b'\r\n{\r\n  "eventName":\n"a"}\n'
    line = lake_line(payload, decode_object(payload), SMALLEST)
    assert line == b'{    "eventName": "a","_ingest":' + SMALLEST + b"}"


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b'{"eventName":"a","x":"%b"}' % (b"x" * 65511), id="one text"),
        pytest.param(
            b'{"eventName":"a","_ingest":0,"x":[%b0]}' % (b"1e15," * 13099), id="written anew"
        ),
    ],
)
def test_the_largest_event_is_read_back_from_the_lake(payload: bytes) -> None:
    assert limits.MAX_EVENT_BYTES - 5 < len(payload) <= limits.MAX_EVENT_BYTES
    sent = decode_object(payload)
    headers = {f"sec-ch-{number}": "x" * 1000 for number in range(8)}
    envelope = Envelope(received_at=NOON + timedelta(1), headers=headers)
    assert own(decode_line(lake_line(payload, sent, encode_envelope(envelope)))) == own(sent)


def test_an_event_of_the_most_fields_is_read_back_from_the_lake() -> None:
    payload = json.dumps(
        {"eventName": "a"} | {f"f{number}": 0 for number in range(limits.MAX_PROPERTIES - 1)}
    ).encode()
    sent = decode_object(payload)
    assert check_event(sent)
    assert read_event(decode_line(lake_line(payload, sent, SMALLEST)))
