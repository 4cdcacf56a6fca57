"""Whatever the contract accepts, the ETL loads: nothing that was acknowledged is lost."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from documents import NAUGHTY, near_events, text_fields, with_field
from hypothesis import HealthCheck, given, settings

from clickstream.contract import (
    Document,
    Envelope,
    Rejected,
    check_event,
    decode_object,
    encode_envelope,
    lake_line,
    limits,
)
from clickstream.etl import Rules, run
from clickstream.lake import Lake

pytestmark = pytest.mark.postgres

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SHOP = "https://shop.example/"
Load = Callable[[Iterable[Document]], int]


def letters(count: int, *, step: int = 1) -> str:
    """A text that does not compress, of characters of three or four bytes."""
    return "".join(chr(0x4E00 + number * step) for number in range(count))


SUSPECTS: list[Document] = [
    {"eventName": "search", "pageUrl": SHOP + "?q=a%00b"},
    {"pageUrl": SHOP + "?utm_source=a%00b&utm_medium=%ED%A0%80"},
    {"pageUrl": SHOP + "a%00b", "referrer": "https://a%00b.example/%00"},
    {"pageUrl": "https://" + "a" * 8000 + "/x"},
    {"pageUrl": "https://a:99999/x", "referrer": "http://[::1/x"},
    {"pageUrl": SHOP + letters(8000), "referrer": SHOP + "?" + "x" * 8000},
    {"pageUrl": SHOP + "?utm_source=" + letters(8000) + "&utm_medium=" + letters(20)},
    {"scrollPercent": 5e-324, "engagementTimeMs": 0.5},
    {"scrollPercent": 1e-300, "engagementTimeMs": limits.MAX_MILLISECONDS},
    {"eventName": "purchase", "order": {"id": "small", "value": 5e-324, "tax": 1e-300}},
    {"eventName": "purchase", "items": [{"id": "p", "price": 1e12, "quantity": 1_000_000}] * 200},
    {"eventName": "purchase", "items": [{"price": 1e-300, "quantity": 3}, {"price": 1e12}]},
    {"eventName": "purchase", "items": [{}] * 200},
    {"eventName": "purchase", "eventId": letters(256, step=71)},
    {"eventName": "purchase", "order": {"id": letters(256, step=73), "coupon": letters(1024)}},
    {"eventName": "refund", "order": {"id": letters(256, step=73), "value": "999999999999.9"}},
    {
        "eventName": "view_item",
        "product": {
            "id": "\U0001f600" * 256,
            "name": letters(1024),
            "category": letters(1024, step=5),
            "brand": letters(1024, step=7),
        },
    },
    {"clientId": letters(256, step=61), "userId": letters(256, step=67)},
    {"clientId": None, "sessionId": letters(256, step=59)},
    {"eventTimestamp": "0001-01-01T00:00:00Z", "sentAt": "0001-01-01T00:00:01Z"},
    {"eventTimestamp": "9999-12-31T23:59:59.999999Z", "sentAt": limits.END_INSTANT - 1},
    {"properties": {"x": 10**4290}, "y": -(10**4000)},
    {"properties": {"a\x00": "\ud800"}, "pageTitle": "\x00", "clientId": "\x00"},
    {"element": {"dataset": {"x\x00": "\x00"}, "text": "\x00"}},
    {"eventName": " \x00 purchase"},
    {"isFirstVisit": True, "properties": {"isFirstVisit": 1}},
    {f"f{number}": number for number in range(limits.MAX_PROPERTIES - 2)},
    {"properties": {"x": "x" * (limits.MAX_EVENT_BYTES - 80)}},
]


@pytest.fixture
def load(connection: psycopg.Connection, tmp_lake: Lake) -> Load:
    """Puts events into the lake as ingest does, loads them, and says how many there are then."""
    connection.autocommit = True
    numbers = iter(range(10**9))

    def put_and_run(documents: Iterable[Document]) -> int:
        batch = UUID(int=next(numbers))
        lines = [line(document, UUID(int=next(numbers))) for document in documents]
        tmp_lake.put(f"events/2026/03/14/12/batch-{batch}.ndjson", b"\n".join(lines))
        run(
            tmp_lake,
            connection,
            rules=Rules(),
            run_id=batch,
            clock=lambda: NOON + timedelta(hours=1),
        )
        refused = connection.execute("select reason, message from clickstream.quarantine")
        assert refused.fetchall() == []
        row = connection.execute("select count(*) from clickstream.events").fetchone()
        assert row is not None
        return int(row[0])

    return put_and_run


def line(document: Document, event_id: UUID) -> bytes:
    payload = json.dumps(document).encode()
    sent = decode_object(payload)
    check_event(sent)
    envelope = Envelope(received_at=NOON, event_id=str(event_id), user_agent="x\x00" * 512)
    return lake_line(payload, sent, encode_envelope(envelope))


def is_accepted(document: Document) -> bool:
    try:
        check_event(decode_object(json.dumps(document).encode()))
    except Rejected:
        return False
    return True


def test_events_at_every_bound_are_loaded(load: Load) -> None:
    smallest: Document = {"eventName": "page_view", "clientId": "c"}
    assert load(smallest | suspect for suspect in SUSPECTS) == len(SUSPECTS)


def test_naughty_strings_are_loaded_in_every_text_field(load: Load) -> None:
    documents = [
        with_field(field, text[:128]) | {"clientId": "c"}
        for field in text_fields()
        for text in NAUGHTY
        if field != "eventId"
    ]
    searches = (SHOP + f"?q={text}&utm_source={text}" for text in NAUGHTY)
    documents += [{"eventName": "search", "clientId": "c", "pageUrl": url} for url in searches]
    assert load(documents) == len(documents)


@pytest.mark.slow
def test_whatever_is_drawn_and_accepted_is_loaded(load: Load) -> None:
    drawn: list[Document] = []

    @settings(max_examples=2000, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(near_events)
    def draw(document: Document) -> None:
        if is_accepted(document):
            drawn.append(document)

    draw()
    assert len(drawn) > 100
    load(drawn)
