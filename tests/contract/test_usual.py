"""The quick way of reading takes nothing that the careful way would not take as it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clickstream.contract import Event, Rejected, check_event, decode_object, read_usual
from clickstream.contract.decode import KNOWN_FIELDS

pytestmark = pytest.mark.unit
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"

_scalars = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5)
    | st.sampled_from(["", " ", "1", "1e5", "12.50", "2026-01-31T12:00:00Z", "2026-02-31", "VND",
                       "guest", "granted", "true", "x" * 300])
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
_product = st.dictionaries(
    st.sampled_from(["id", "name", "price", "discountPrice", "currency", "quantity", "strange"]),
    _scalars,
)
_fields = st.dictionaries(st.sampled_from(sorted(KNOWN_FIELDS)) | st.text(max_size=4), _values)


def _agrees(raw: bytes) -> None:
    quick = _verdict(lambda: read_usual(raw))
    if quick is not None:
        assert _same(quick, _verdict(lambda: check_event(decode_object(raw))))


def _verdict(read: Callable[[], Event | None]) -> Event | tuple[str, str] | None:
    try:
        return read()
    except Rejected as rejected:
        return rejected.reason, rejected.message


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, msgspec.Struct):
        return all(
            _same(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return (type(one), repr(one)) == (type(other), repr(other))


@settings(max_examples=1000, deadline=None)
@given(fields=_fields, product=_product, order=_product, name=st.sampled_from(["view_item", "a"]))
def test_what_is_read_quickly_is_read_the_same_carefully(
    fields: dict[str, Any], product: dict[str, Any], order: dict[str, Any], name: str
) -> None:
    _agrees(json.dumps(fields | {"eventName": name}).encode())
    shapes: dict[str, Any] = {"product": product, "items": [product], "order": order}
    _agrees(json.dumps({"eventName": name} | shapes).encode())


def test_the_json_parsing_suite_is_judged_the_same() -> None:
    if not FIXTURES.is_dir():
        pytest.skip("the shared fixtures are not on this machine")
    for path in sorted((FIXTURES / "json_test_suite" / "test_parsing").glob("*.json")):
        value = path.read_bytes()
        for field in ("pageTitle", "properties", "product", "any", "eventId", "scrollPercent"):
            _agrees(b'{"eventName":"a","%b":%b}' % (field.encode(), value))


@pytest.mark.parametrize(
    ("raw", "is_usual"),
    [
        pytest.param(b'{"eventName":"a","product":{"price":1}}', True, id="the contract's fields"),
        pytest.param(b'{"eventName":"a","properties":{"x":[1]}}', True, id="properties"),
        pytest.param(b'{"eventName":"a","new":1}', False, id="an unknown field"),
        pytest.param(b'{"eventName":"a","product":{"new":1}}', False, id="one in a product"),
        pytest.param(b'{"eventName":"a","pageTitle":"\\u0000"}', False, id="an escaped NUL"),
        pytest.param(b'{"eventName":"a","_ingest":{}}', False, id="the platform's own field"),
        pytest.param(
            b'{"eventName":"a","properties":{"x":%b1%b}}' % (b"[" * 19, b"]" * 19),
            False,
            id="deep properties",
        ),
    ],
)
def test_what_needs_a_closer_look_is_left_to_the_careful_way(raw: bytes, is_usual: bool) -> None:
    assert (read_usual(raw) is not None) is is_usual
