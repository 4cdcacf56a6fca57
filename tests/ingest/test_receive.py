"""What becomes of a body: its lines in the lake, its answer."""

import gzip
import ipaddress
import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clickstream.contract import decode_object
from clickstream.ingest import HttpContext, IngestSettings, Receipt, receive
from clickstream.ingest.addresses import (
    Network,
    client_address,
    tells_country,
    truncate_address,
)
from clickstream.ingest.collector.ids import random_ids
from clickstream.ingest.cors import cors_headers, is_allowed

pytestmark = pytest.mark.unit
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ONE = b'{"eventName":"a","eventId":"1"}'


def take(body: bytes, settings: IngestSettings | None = None, **headers: str) -> Receipt:
    context = HttpContext(
        received_at=NOW,
        method="POST",
        path="/clickstream",
        source_ip="203.0.113.77",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    ids = (f"id-{number}" for number in itertools.count())
    return receive(body, context, settings=settings or IngestSettings(), new_id=ids.__next__)


def envelope(receipt: Receipt, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = decode_object(receipt.lines[index])["_ingest"]
    return found


def test_one_event_is_answered_as_version_1_does() -> None:
    receipt = take(ONE)
    assert (receipt.status, receipt.body) == (200, b'{"success":true}')
    assert receipt.lines[0].startswith(ONE[:-1])


@pytest.mark.parametrize(
    ("body", "has_own"),
    [
        pytest.param(b'{"eventName":"a"}', False, id="none"),
        pytest.param(b'{"eventName":"a","eventId":""}', False, id="empty"),
        pytest.param(b'{"eventName":"a","eventId":null}', False, id="null"),
        pytest.param(b'{"eventName":"a","eventId":0}', True, id="a number"),
    ],
)
def test_an_event_without_an_id_gets_one(body: bytes, has_own: bool) -> None:
    assert envelope(take(body)).get("eventId") == (None if has_own else "id-0")


def test_a_payload_is_kept_as_it_came_but_on_one_line() -> None:
    body = b' {"eventName" : "a",\r\n\t"new": 1.10, "text": "x\\ny \\u0000"} \n'
    (line,) = take(body).lines
    assert line.startswith(b'{"eventName" : "a",  \t"new": 1.10, "text": "x\\ny \\u0000"')
    assert b"\n" not in line


def test_what_a_client_says_of_its_receipt_is_removed() -> None:
    body = b'{"eventName":"a","_ingest":{"receivedAt":"1999-01-01"},"\\u005fingest":1,"x":1}'
    (line,) = take(body).lines
    assert line.count(b"ingest") == 1
    assert envelope(take(body))["receivedAt"] == "2026-01-31T12:00:00Z"


def test_only_harmless_headers_are_kept_and_none_at_length() -> None:
    receipt = take(
        ONE,
        IngestSettings(country_header="cf-ipcountry"),
        cookie="secret", authorization="secret", referer="https://shop.example/?token=1",
        origin="https://shop.example", accept_language="vi" * 500, sec_fetch_site="same-site",
        sec_ch_ua_mobile="?0", dnt="1", sec_gpc="1", cf_ipcountry="VN", user_agent="x" * 5000,
    )  # fmt: skip
    kept = envelope(receipt)
    assert set(kept["headers"]) == {
        "origin", "accept-language", "sec-fetch-site", "sec-ch-ua-mobile", "dnt", "sec-gpc",
        "cf-ipcountry",
    }  # fmt: skip
    assert len(kept["headers"]["accept-language"]) == 256
    assert len(kept["userAgent"]) == 1024
    assert b"secret" not in receipt.lines[0]


def test_an_address_is_truncated_unless_it_is_to_be_kept() -> None:
    assert envelope(take(ONE))["sourceIp"] == "203.0.113.0"
    kept = take(ONE, IngestSettings(keep_addresses=True))
    assert envelope(kept)["sourceIp"] == "203.0.113.77"


def test_of_an_array_the_good_events_are_taken_and_the_others_named() -> None:
    body = b'[{"eventName":"a"},{"eventName":""},7,{"eventName":"b","product":{"price":-1}}]'
    receipt = take(body)
    answer = json.loads(receipt.body)
    assert (receipt.status, len(receipt.lines), answer["success"]) == (200, 1, True)
    assert answer["accepted"] == 1
    assert [(each["index"], each["reason"], each.get("field")) for each in answer["rejected"]] == [
        (1, "missing_event_name", "eventName"),
        (2, "not_an_object", None),
        (3, "invalid_field", "product.price"),
    ]
    assert receipt.reasons == ("missing_event_name", "not_an_object", "invalid_field")


def test_an_array_without_a_good_event_is_a_400_that_names_each() -> None:
    receipt = take(b'[{"x":1},2]')
    answer = json.loads(receipt.body)
    assert (receipt.status, answer["success"], len(answer["rejected"])) == (400, False, 2)


def test_half_a_surrogate_pair_costs_nothing() -> None:
    assert len(take(b'{"eventName":"\\ud800"}').lines) == 1
    assert len(take(b'[{"eventName":"\\ud800"},{"eventName":"b"}]').lines) == 2


def test_500_events_are_taken_and_501_are_not() -> None:
    assert len(take(b"[" + b",".join([ONE] * 500) + b"]").lines) == 500
    assert take(b"[" + b",".join([ONE] * 501) + b"]").status == 413


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "text/plain", "TEXT/PLAIN"]
)
def test_json_comes_as_json_or_text(content_type: str) -> None:
    assert take(ONE, content_type=content_type).status == 200


def test_gzip_is_read_whether_it_is_announced_or_not() -> None:
    assert take(gzip.compress(ONE), content_encoding="gzip").status == 200
    assert take(gzip.compress(ONE)).status == 200
    assert take(gzip.compress(ONE[:9]) + gzip.compress(ONE[9:]), content_encoding="gzip").lines


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        pytest.param(b"", {}, 400, "empty", id="nothing"),
        pytest.param(b"  \n", {}, 400, "invalid_json", id="blank"),
        pytest.param(b"[]", {}, 400, "empty", id="empty array"),
        pytest.param(b"{}", {}, 400, "missing_event_name", id="empty object"),
        pytest.param(b'"a"', {}, 400, "not_an_object", id="a text"),
        pytest.param(b"eventName=a", {}, 400, "invalid_json", id="a form"),
        pytest.param(b'{"eventName":"a"', {}, 400, "invalid_json", id="cut off"),
        pytest.param(b'{"eventName":"\xff"}', {}, 400, "invalid_json", id="not UTF-8"),
        pytest.param('{"eventName":"a"}'.encode("utf-16"), {}, 400, "invalid_json", id="UTF-16"),
        pytest.param(b'{"eventName":1e999}', {}, 400, "number_out_of_range", id="no double"),
        pytest.param(b"[" * 100_000, {}, 400, "too_deep", id="deep array"),
        pytest.param(b'{"a":' * 10_000, {}, 400, "too_deep", id="deep object"),
        pytest.param(
            b'{"eventName":"a","eventTimestamp":"then"}', {}, 400, "invalid_timestamp", id="instant"
        ),
        pytest.param(b'{"eventName":"' + b"a" * 70_000 + b'"}', {}, 413, "too_large", id="event"),
        pytest.param(b"[" + b" " * 1_048_576, {}, 413, "too_large", id="body"),
        pytest.param(
            gzip.compress(b"0" * 300_000_000, 1),
            {},
            413,
            "too_large",
            id="bomb that is itself large",
        ),
        pytest.param(gzip.compress(b"0" * 30_000_000), {}, 413, "too_large", id="gzip bomb"),
        pytest.param(ONE, {"content_encoding": "gzip"}, 400, "broken_gzip", id="no gzip"),
        pytest.param(gzip.compress(ONE)[:-9], {}, 400, "broken_gzip", id="gzip cut off"),
        pytest.param(gzip.compress(ONE) + b"x", {}, 400, "broken_gzip", id="more behind gzip"),
        pytest.param(ONE, {"content_encoding": "br"}, 415, "content_encoding", id="brotli"),
        pytest.param(ONE, {"content_type": "text/html"}, 415, "content_type", id="HTML"),
    ],
)
def test_what_the_client_got_wrong_is_a_4xx_in_one_line(
    body: bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    receipt = take(body, **headers)
    answer = json.loads(receipt.body)
    assert (receipt.status, answer["reason"], answer["success"]) == (status, reason, False)
    assert answer["message"]
    assert "\n" not in receipt.body.decode()
    assert receipt.lines == ()


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3::4", "2001:db8:1::"),
        ("[2001:db8:1:2:3::4]", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown", None),
        ("", None),
    ],
)
def test_addresses_lose_what_names_a_person(address: str, kept: str | None) -> None:
    assert truncate_address(address) == kept


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        pytest.param("10.0.0.1", "198.51.100.7", "198.51.100.7", id="behind a proxy"),
        pytest.param("10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7", id="a forged first"),
        pytest.param("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7", id="two proxies"),
        pytest.param("192.0.2.1", "6.6.6.6", "192.0.2.1", id="no proxy of ours"),
        pytest.param("10.0.0.1", None, "10.0.0.1", id="no header"),
        pytest.param("10.0.0.1", "nonsense", "10.0.0.1", id="nonsense"),
        pytest.param("10.0.0.1", "198.51.100.7:4711", "198.51.100.7", id="with a port"),
    ],
)
def test_a_visitors_address_is_the_rightmost_that_is_not_ours(
    peer: str, forwarded: str | None, seen: str
) -> None:
    trusted = (ipaddress.ip_network("10.0.0.0/8"),)
    assert client_address(peer, forwarded, trusted) == seen


@pytest.mark.parametrize(
    ("origin", "allowed", "may"),
    [
        ("http://localhost:3000", (), True),
        ("http://127.0.0.1:8000", (), True),
        ("https://shop.example", (), False),
        ("http://localhost.evil.example", (), False),
        ("https://shop.example", ("https://shop.example",), True),
        ("https://shop.example.evil", ("https://shop.example",), False),
        ("http://localhost:3000", ("https://shop.example",), False),
        ("null", ("*",), True),
        ("null", (), False),
    ],
)
def test_only_pages_on_the_list_may_send_json(
    origin: str, allowed: tuple[str, ...], may: bool
) -> None:
    assert is_allowed(origin, allowed) is may
    names = [name for name, _ in cors_headers(origin, allowed)]
    assert ("access-control-allow-origin" in names) is may


def test_random_ids_are_version_4_and_differ() -> None:
    import uuid

    ids = list(itertools.islice(random_ids(), 1000))
    assert len(set(ids)) == 1000
    assert all(uuid.UUID(each).version == 4 and str(uuid.UUID(each)) == each for each in ids)
    assert {uuid.UUID(each).variant for each in ids} == {uuid.RFC_4122}


@pytest.mark.parametrize(
    ("peer", "trusted", "counts"),
    [
        pytest.param("127.0.0.1", (), True, id="this machine"),
        pytest.param("[::1]", (), True, id="this machine by IPv6"),
        pytest.param("198.51.100.7", (), False, id="a stranger"),
        pytest.param("10.1.2.3", (ipaddress.ip_network("10.0.0.0/8"),), True, id="the proxy"),
        pytest.param("127.0.0.1", (ipaddress.ip_network("10.0.0.0/8"),), False, id="not the proxy"),
    ],
)
def test_a_country_is_told_by_proxies_alone(
    peer: str, trusted: tuple[Network, ...], *, counts: bool
) -> None:
    assert tells_country(peer, trusted) is counts
