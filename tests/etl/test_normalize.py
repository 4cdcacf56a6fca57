"""One line of the lake becomes these rows: `tests/cases/normalize` holds both side by side.

`CLICKSTREAM_REWRITE_CASES=1 pytest tests/etl/test_normalize.py` writes the rows anew.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream.contract import Envelope, Reason, Rejected, encode_envelope, lake_line
from clickstream.etl import Rules
from clickstream.etl.normalize import Place, derive_timestamp, normalize
from clickstream.etl.rows import EventRow

pytestmark = pytest.mark.unit

CASES = Path(__file__).parents[1] / "cases" / "normalize"
HOUR = datetime(2026, 1, 31, 23, tzinfo=UTC)
PLACE = Place("events/2026/01/31/23/batch-1.ndjson", 7, HOUR)
RULES = Rules(
    internal_hosts=frozenset({"staff.shop.example"}),
    internal_networks=(ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")),
    payment_hosts=frozenset({"bank.example"}),
    key_events=frozenset({"purchase", "quote"}),
    currency="VND",
    country_header="x-country",
)


def row_of(document: dict[str, Any], rules: Rules = RULES, **envelope: Any) -> EventRow:
    envelope = {"receivedAt": HOUR.isoformat(), "source": "http"} | envelope
    line = json.dumps({"eventName": "x"} | document | {"_ingest": envelope}).encode()
    row, _items = normalize(line, PLACE, rules)
    return row


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_a_line_becomes_its_rows(case: str) -> None:
    row, items = normalize((CASES / case / "line.json").read_bytes().strip(), PLACE, RULES)
    made = json.dumps({"event": told(row), "items": list(map(told, items))}, indent=2,
                      ensure_ascii=False) + "\n"  # fmt: skip
    expected = CASES / case / "rows.json"
    if os.environ.get("CLICKSTREAM_REWRITE_CASES"):
        expected.write_text(made, "utf-8")

    assert json.loads(made) == json.loads(expected.read_text("utf-8"))


def told(row: Any) -> dict[str, Any]:
    """A row as plain values, without what is empty and the place, which is the same for all."""
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    for name in ("payload_hash", "object_key", "object_line"):
        values.pop(name, None)
    for name in ("element", "properties"):
        if values.get(name):
            values[name] = json.loads(values[name])
    return {
        name: str(value) if isinstance(value, Decimal | datetime) else value
        for name, value in values.items()
        if value is not None
    }


MINUTE, DAY, MICROSECOND = timedelta(minutes=1), timedelta(days=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("source", "occurred", "sent", "expected", "rule"),
    [
        pytest.param("http", -DAY, -DAY + MINUTE, -MINUTE, "corrected", id="a slow clock"),
        pytest.param("http", 400 * DAY, 400 * DAY + MINUTE, -MINUTE, "corrected", id="a fast one"),
        pytest.param("http", -MINUTE, -MINUTE, 0 * DAY, "corrected", id="sent at once"),
        pytest.param("http", -MINUTE, -2 * MINUTE, 0 * DAY, "received", id="sent before it was"),
        pytest.param("http", -7 * DAY, -MICROSECOND, -7 * DAY + MICROSECOND, "corrected",
                     id="kept for almost seven days"),
        pytest.param("http", -7 * DAY, 0 * DAY, 0 * DAY, "received", id="kept for seven days"),
        pytest.param("http", -MINUTE, None, 0 * DAY, "received", id="not said when it was sent"),
        pytest.param("http", None, -MINUTE, 0 * DAY, "received", id="not said when it was"),
        pytest.param("import", -400 * DAY, None, -400 * DAY, "imported", id="an import"),
        pytest.param("import", DAY, None, 0 * DAY, "imported", id="an import of the future"),
        pytest.param("import", None, None, 0 * DAY, "received", id="an import without an instant"),
    ],
)  # fmt: skip
def test_the_instant_of_an_event_is_derived_from_the_servers_clock(
    source: Any,
    occurred: timedelta | None,
    sent: timedelta | None,
    expected: timedelta,
    rule: str,
) -> None:
    envelope = Envelope(received_at=HOUR, source=source)
    instants = [None if one is None else HOUR + one for one in (occurred, sent)]

    assert derive_timestamp(envelope, *instants) == (HOUR + expected, rule)


@given(st.datetimes(), st.datetimes(), st.sampled_from(["http", "import"]))
def test_no_event_is_later_than_its_receipt(
    occurred: datetime, sent: datetime, source: Any
) -> None:
    envelope = Envelope(received_at=HOUR, source=source)

    found, _rule = derive_timestamp(
        envelope, occurred.replace(tzinfo=UTC), sent.replace(tzinfo=UTC)
    )

    assert found <= HOUR


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"clientId": "c", "sessionId": "s", "userId": "u"}, ("c", "client"),
                     id="client id first"),
        pytest.param({"clientId": "", "sessionId": "s", "userId": "u"}, ("session:s", "session"),
                     id="then the client's session"),
        pytest.param({"userId": "u"}, ("user:u", "user"), id="then the user"),
        pytest.param({}, ("event:e", "event"), id="else each event by itself"),
        pytest.param({"clientId": 42}, ("42", "client"), id="a number is its digits"),
        pytest.param({"userId": "u", "identitySource": "cognito"}, ("user:u", "cognito"),
                     id="the payload's own sign-in source stays"),
    ],
)  # fmt: skip
def test_a_visitor_is_the_first_that_exists(
    document: dict[str, Any], expected: tuple[str, str]
) -> None:
    row = row_of({"eventId": "e"} | document)

    assert (row.visitor_id, row.identity_source) == expected


ITEMS = [
    {"id": "a", "price": 10, "discountPrice": "7.50", "quantity": 2},
    {"id": "b", "price": 3},
    {"id": "c"},
]


@pytest.mark.parametrize(
    ("document", "value"),
    [
        pytest.param({"order": {"value": 99}, "items": ITEMS}, "99", id="what the order says"),
        pytest.param({"order": {"value": 0}, "items": ITEMS}, "0", id="even nothing"),
        pytest.param({"items": ITEMS}, "18", id="else its items, discounted, times quantity"),
        pytest.param({"items": [{"id": "c"}], "product": {"price": 5}}, "5",
                     id="else its product: no item has a price"),
        pytest.param({"product": {"price": 5, "discountPrice": 0}}, "0", id="free of charge"),
        pytest.param({}, None, id="else unknown"),
    ],
)  # fmt: skip
def test_an_order_is_worth(document: dict[str, Any], value: str | None) -> None:
    row = row_of({"eventName": "order_completed"} | document)

    assert row.action == "purchase"
    assert row.value == (None if value is None else Decimal(value))
    assert row_of({"eventName": "view"} | document).value is None


@pytest.mark.parametrize(
    ("document", "ip", "expected"),
    [
        pytest.param({"pageUrl": "https://staff.shop.example/a"}, None, True, id="host"),
        pytest.param({"pageUrl": "https://shop.example/a"}, "10.1.2.0", True, id="network"),
        pytest.param({}, "10.1.2.0/24", True, id="a truncated address"),
        pytest.param({}, "2001:db8:1::", True, id="IPv6"),
        pytest.param({}, "11.0.0.0", False, id="elsewhere"),
        pytest.param({}, "unknown", False, id="no address"),
    ],
)
def test_internal_traffic_is_told_by_host_and_network(
    document: dict[str, Any], ip: str | None, expected: bool
) -> None:
    assert row_of(document, sourceIp=ip).own_internal is expected


@pytest.mark.parametrize(
    ("document", "currency"),
    [
        pytest.param({"order": {"currency": "usd"}, "currency": "EUR"}, "USD", id="the order's"),
        pytest.param({"currency": "EUR", "product": {"currency": "JPY"}}, "EUR", id="the event's"),
        pytest.param({"product": {"currency": "JPY"}}, "JPY", id="the product's"),
        pytest.param({"order": {"currency": ""}}, "VND", id="the shop's"),
    ],
)
def test_a_currency_is_the_nearest_that_is_named(document: dict[str, Any], currency: str) -> None:
    assert row_of(document).currency == currency


def test_the_payloads_hash_knows_nothing_of_the_envelope() -> None:
    def hashed(payload: bytes, user_agent: str) -> bytes:
        envelope = encode_envelope(Envelope(received_at=HOUR, user_agent=user_agent))
        line = lake_line(payload, json.loads(payload), envelope)
        return normalize(line, PLACE, RULES)[0].payload_hash

    payload = b'{"eventName":"x","a":{"_ingest":{}}}'
    assert hashed(payload, "one") == hashed(payload, "two")
    assert hashed(payload, "one") != hashed(payload.replace(b"x", b"y"), "one")


def test_unknown_fields_survive_beside_the_properties() -> None:
    row = row_of({"newField": {"a": [1]}, "properties": {"b": None}, "isFirstVisit": False})

    assert row.properties
    assert json.loads(row.properties) == {"newField": {"a": [1]}, "b": None, "isFirstVisit": False}


def test_a_wrong_envelope_is_the_lines_own_fault() -> None:
    with pytest.raises(Rejected) as refused:
        row_of({}, receivedAt="soon")

    assert (refused.value.reason, refused.value.field) == (Reason.INVALID_FIELD, "_ingest")


def test_a_naive_receipt_is_read_as_utc() -> None:
    assert row_of({}, receivedAt="2026-01-31T23:00:00").received_at == HOUR


@pytest.mark.parametrize(
    ("envelope", "country"),
    [
        pytest.param({"headers": {"x-country": "vn"}}, "VN", id="of the proxy's header"),
        pytest.param({"headers": {"x-country": "XX"}}, None, id="the proxy cannot tell"),
        pytest.param({"headers": {"x-country": "T1"}}, None, id="Tor is no country"),
        pytest.param({"headers": {"x-country": "Vietnam"}}, None, id="no code"),
        pytest.param({"headers": {"cf-ipcountry": "VN"}}, None, id="another header"),
        pytest.param({"source": "import", "country": " de "}, "DE", id="of an import"),
        pytest.param({"source": "import", "country": "Viet Nam"}, "Viet Nam", id="by its name"),
        pytest.param({"source": "import", "country": " "}, None, id="of an import, empty"),
    ],
)
def test_a_country_is_what_a_proxy_or_a_file_names(
    envelope: dict[str, Any], country: str | None
) -> None:
    assert row_of({}, **envelope).country == country
