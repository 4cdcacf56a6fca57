"""A line is read alike by the quick way and by the long one, wherever the quick way takes it."""

from typing import Any

import pytest
from msgspec import json, structs

from clickstream.contract import Rejected
from clickstream.contract.decode import KNOWN_FIELDS
from clickstream.etl import line as lines

pytestmark = pytest.mark.unit

VALUES = (
    "1", "-1", "1.0", "1e3", "1E400", "-0", "0.1", "1e-400", "9007199254740993",
    "9223372036854775808", "123456789012345678901234567890", "true", "false", "null", '""', '" "',
    '"x"', '"1"', '"1.5"', '"true"', r'"\n"', r'"\u00e9"', r'"\ud83d\ude00"', r'"\ud800"',
    r'"\u0000"', r'"\\u0000"', '"é"', '"2026-01-01T00:00:00Z"', "1700000000000.5",
    "253402300800000", '"granted"', '"logged_in"', "{}", "[]", '{"a": 1}', '[{"a": 1}]',
    '{"id": 1}', '{"zz": 1E400}', '{"value": "12.5", "currency": "vnd"}',
    '[{"id": "x", "quantity": "2"}]', '{"tag": "a", "dataset": {"x": [[[]]]}}',
    '{"x": ' + "[" * 30 + "]" * 30 + "}",
    '"' + "x" * 300 + '"', "{" + ", ".join(f'"{n}": 1' for n in range(250)) + "}",
)  # fmt: skip
RECEIVED = (
    "2026-01-01T00:00:00Z", "2026-01-01T07:00:00+07:00", "2026-01-01T00:00:00",
    "2026-01-01 00:00:00.123456789Z", "2026-01-01", "x",
)  # fmt: skip


def told(line: lines.Line) -> Any:
    """The line as plain values; which of two equal structs holds them does not count."""
    fields = [getattr(line.event, name) for name in sorted(structs_of_event())]
    return repr((json.decode(json.encode(fields)), line.envelope, line.unknown, line.coerced))


def structs_of_event() -> set[str]:
    return {field.name for field in structs.fields(lines.Event)}


def check(raw: bytes) -> bool:
    """Whether the quick way takes the line; it has to be as the long one reads it."""
    quick = lines._read_usual(raw)
    if quick is None:
        return False
    assert told(quick) == told(lines._read_any(raw)), raw
    return True


@pytest.mark.parametrize("field", sorted(KNOWN_FIELDS | {"_ingest", "another"}))
def test_both_ways_read_a_field_alike(field: str) -> None:
    for value in VALUES:
        check(f'{{"eventName": "x", "{field}": {value}}}'.encode())
        check(f'{{"{field}": 1, "eventName": "x", "{field}": {value}}}'.encode())
        check(f'{{"eventName": "x", "product": {{"{field}": {value}}}}}'.encode())


@pytest.mark.parametrize("received", RECEIVED)
def test_both_ways_read_an_envelope_alike(received: str) -> None:
    for value in VALUES:
        envelope = f'{{"receivedAt": "{received}", "eventId": {value}, "headers": {value}}}'
        check(f'{{"eventName": "x", "_ingest": {envelope}}}'.encode())


def test_the_quick_way_takes_what_nearly_every_line_looks_like() -> None:
    assert check(
        '{"eventName": "view_item", "product": {"id": 7}, "properties": {"màu": "đỏ"},'
        ' "_ingest": {"receivedAt": "2026-01-01T00:00:00Z", "source": "http"}}'.encode()
    )


def test_what_the_contract_does_not_name_is_kept_for_the_properties() -> None:
    line = lines.read_line(b'{"eventName": "x", "colour": "red", "size": {"eu": 42}}')

    assert line.unknown == {"colour": "red", "size": {"eu": 42}}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        pytest.param("engagementTimeMs", '"1500"', "engagementTimeMs", id="digits-for-a-number"),
        pytest.param("isFirstVisit", '"true"', "isFirstVisit", id="text-for-a-boolean"),
        pytest.param("items", '[{"id": "a"}, {"quantity": "2"}]', "items[].quantity", id="nested"),
        pytest.param("userId", "7", None, id="the-contract-takes-both"),
        pytest.param("product", '{"price": "12.50"}', None, id="an-amount-may-be-text"),
    ],
)
def test_a_field_in_another_type_is_told(field: str, value: str, told: str | None) -> None:
    line = lines.read_line(f'{{"eventName": "x", "{field}": {value}}}'.encode())

    assert line.coerced == told


def test_what_is_wrong_is_refused_with_its_reason() -> None:
    with pytest.raises(Rejected) as refused:
        lines.read_line(b'{"eventName": "x", "items": "none"}')

    assert refused.value.field == "items"
