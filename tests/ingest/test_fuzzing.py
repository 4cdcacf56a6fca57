"""Whatever bytes come in, they are taken or refused: nothing is raised, and what is taken loads."""

import gzip
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clickstream.contract import check_event, decode_line
from clickstream.contract.examples import EXAMPLES
from clickstream.errors import ImportFileError
from clickstream.ingest import HttpContext, IngestSettings, receive
from clickstream.ingest.addresses import client_address, truncate_address
from clickstream.ingest.collector.counters import REASONS, STATUSES
from clickstream.ingest.collector.limiter import address_key
from clickstream.ingest.importing import import_file
from clickstream.ingest.mapping import read_map
from clickstream.ingest.routes import answer
from clickstream.lake import open_lake

pytestmark = pytest.mark.unit
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = "wk-0123456789abcdef"

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
_examples = st.sampled_from([json.dumps(one).encode() for one in EXAMPLES.values()])


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """An event of the contract's examples, somewhere of which something else stands."""
    body = draw(_examples)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    inserted = draw(
        st.binary(max_size=8)
        | st.sampled_from(
            [
                b'"',
                b"{",
                b"}}",
                b"[",
                b"\\u0000",
                b"\\ud800",
                b"\xff",
                b"\x00",
                b"1e999",
                b"-",
                b",",
            ]
        )
    )
    return body[:start] + inserted + body[min(end, start + draw(st.integers(0, 9))) :]


_bodies = (
    st.binary(max_size=400)
    | _damaged()
    | _json.map(lambda value: json.dumps(value).encode())
    | st.lists(_damaged(), max_size=4).map(lambda bodies: b"[" + b",".join(bodies) + b"]")
)
_names = st.sampled_from(
    ["content-type", "content-encoding", "origin", "user-agent", "accept-language", "x-write-key",
     "sec-ch-ua", "x-forwarded-for", "x-request-id", "cf-ipcountry"]
)  # fmt: skip
_values = st.text(max_size=30) | st.sampled_from(
    ["gzip", "identity", "text/plain", "application/json; charset=x", "https://shop.example", KEY]
)
_settings = st.sampled_from(
    [
        IngestSettings(),
        IngestSettings(keep_addresses=True, country_header="cf-ipcountry"),
        IngestSettings(write_keys=(KEY,)),
        IngestSettings(allowed_origins=("https://shop.example",), refuse_unlisted=True),
    ]
)


@settings(max_examples=1000, deadline=None)
@given(
    body=_bodies,
    is_gzipped=st.booleans(),
    headers=st.dictionaries(_names, _values),
    source_ip=st.none() | st.text(max_size=20) | st.ip_addresses().map(str),
    query=st.text(max_size=40),
    given_settings=_settings,
)
def test_any_request_is_answered_and_what_is_taken_can_be_loaded(  # noqa: PLR0917 - one each
    body: bytes,
    is_gzipped: bool,
    headers: dict[str, str],
    source_ip: str | None,
    query: str,
    given_settings: IngestSettings,
) -> None:
    context = HttpContext(
        received_at=NOW, method="POST", path="/clickstream", source_ip=source_ip,
        headers=headers, query=query, request_id="r-1",
    )  # fmt: skip
    ids = (f"id-{number}" for number in itertools.count())
    sent = gzip.compress(body) if is_gzipped else body
    receipt = receive(sent, context, settings=given_settings, new_id=ids.__next__)
    assert receipt.status in STATUSES
    assert set(receipt.reasons) <= set(REASONS)
    assert json.loads(receipt.body)["success"] is (receipt.status == 200)
    assert bool(receipt.lines) is (receipt.status == 200)
    for line in receipt.lines:
        assert b"\n" not in line
        document = decode_line(line)
        check_event(document)
        assert document["_ingest"]["requestId"] == "r-1"
    reply = answer(receipt, origin=headers.get("origin"), settings=given_settings)
    assert all(name.isascii() for name, _ in reply.headers)


@given(peer=st.text(max_size=40), forwarded=st.none() | st.text(max_size=60))
def test_any_address_is_read(peer: str, forwarded: str | None) -> None:
    import ipaddress

    everyone = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    truncate_address(client_address(peer, forwarded, everyone))
    assert 0 < address_key(peer, b"secret") < 2**64


@given(one=st.ip_addresses(v=6), other=st.ip_addresses(v=6), last=st.integers(0, 2**64 - 1))
def test_a_household_of_version_6_is_one_address(one: Any, other: Any, last: int) -> None:
    import ipaddress

    neighbour = ipaddress.IPv6Address((int(one) >> 64 << 64) | last)
    is_one_household = int(one) >> 64 == int(other) >> 64
    assert address_key(str(one), b"secret") == address_key(str(neighbour), b"secret")
    assert (address_key(str(one), b"s") == address_key(str(other), b"s")) is is_one_household


_columns = st.lists(st.text("abc.,\"'\n é", min_size=1, max_size=4), min_size=1, max_size=4)
_targets = st.sampled_from(
    ["eventName", "eventTimestamp", "product.id", "product.price", "order.currency", "items.id",
     "properties.x", "eventId", "nothing", "product.nothing", "a.b.c", ""]
)  # fmt: skip


def _toml(table: dict[str, str]) -> str:
    return "\n".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())


@settings(max_examples=150, deadline=None)
@given(data=st.data(), columns=_columns)
def test_any_map_and_any_file_is_imported_or_refused(
    data: st.DataObject, columns: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    fields = data.draw(st.dictionaries(_targets, st.sampled_from(columns)))
    constants = data.draw(st.dictionaries(_targets, st.text(max_size=5)))
    zone = data.draw(st.sampled_from(["UTC", "Asia/Ho_Chi_Minh", "Nowhere/At_All", ""]))
    text = (
        f"[fields]\n{_toml(fields)}\n[constants]\n{_toml(constants)}\n"
        f"[time]\nzone = {json.dumps(zone)}\n"
    )
    file = tmp_path_factory.mktemp("import") / "rows.csv"
    rows = data.draw(st.lists(st.text(max_size=30) | st.binary(max_size=30).map(repr), max_size=5))
    file.write_text("\n".join([",".join(columns), *rows]), errors="surrogatepass")
    lake = open_lake((file.parent / "lake").as_uri())
    try:
        mapping = read_map(text, name="map.toml")
        report = import_file(file, lake, mapping=mapping, now=NOW)
    except ImportFileError:
        return
    assert report.rows == report.events + report.duplicates + sum(report.rejected.values())
    assert ZoneInfo(zone)


@settings(max_examples=200, deadline=None)
@given(content=st.lists(_damaged() | st.binary(max_size=60), max_size=6).map(b"\n".join))
def test_any_file_of_events_is_imported_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file: Path = tmp_path_factory.mktemp("import") / "events.ndjson"
    file.write_bytes(content)
    lake = open_lake((file.parent / "lake").as_uri())
    try:
        report = import_file(file, lake, mapping=None, now=NOW)
    except ImportFileError:
        return
    assert report.rows == report.events + report.duplicates + sum(report.rejected.values())
