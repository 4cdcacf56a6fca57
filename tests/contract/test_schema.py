"""The JSON Schema says what the code does."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from documents import SCHEMA, near_events
from hypothesis import HealthCheck, example, given, settings
from jsonschema import Draft202012Validator

from clickstream.contract import Document, Rejected, check_event, decode_object, limits
from clickstream.contract.examples import EXAMPLES

pytestmark = pytest.mark.unit

VALIDATOR = Draft202012Validator(SCHEMA)
NUMBERS = {
    "quantity": limits.MAX_QUANTITY,
    "engagementTimeMs": limits.MAX_MILLISECONDS,
    "scrollPercent": 100,
}


def is_accepted(document: Document) -> bool:
    try:
        check_event(decode_object(json.dumps(document).encode()))
    except Rejected:
        return False
    return True


def is_beyond_schema(part: Any) -> bool:
    """Whether the document holds what JSON Schema cannot tell from something else.

    A number as a text has no bounds there; 1.0 is no other number than 1, nor 1e18 than its
    integer; and the calendar is not its business.
    """
    if isinstance(part, list):
        return any(map(is_beyond_schema, part))
    if not isinstance(part, dict):
        return False
    return any(
        is_beyond_schema(value)
        or (field in NUMBERS and isinstance(value, str) and not fits(field, value))
        or (isinstance(value, float) and (field == "isFirstVisit" or abs(value) >= 2**53))
        or (field in {"eventTimestamp", "sentAt"} and isinstance(value, str))
        for field, value in part.items()
    )


def fits(field: str, text: str) -> bool:
    if not re.fullmatch(r"-?\d+(\.\d+)?(e\d+)?", text, re.ASCII):
        return True
    number = float(text)
    return 0 <= number <= NUMBERS[field] and (field != "quantity" or number.is_integer())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(near_events)
@example({"eventName": "a", "isFirstVisit": "nUll", "items": [{"quantity": "1e3"}]})
@example({"eventName": "a", "order": {"value": "1\n"}})
@example({"eventName": "a", "currency": "\n"})
@example({"eventName": "a", "order": {"value": "\u0661"}})
def test_what_the_code_accepts_is_valid_and_the_reverse(document: Document) -> None:
    if is_accepted(document):
        assert VALIDATOR.is_valid(document)
    elif not is_beyond_schema(document):
        assert not VALIDATOR.is_valid(document)


def test_the_documents_that_are_drawn_are_of_both_kinds() -> None:
    seen: Counter[bool] = Counter()

    @settings(max_examples=150, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(near_events)
    def draw(document: Document) -> None:
        seen[is_accepted(document)] += 1

    draw()
    assert min(seen[True], seen[False]) > 15, seen


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_an_event(name: str) -> None:
    document = dict(EXAMPLES[name])
    assert check_event(decode_object(json.dumps(document).encode()))
    VALIDATOR.validate(document)


@pytest.mark.parametrize("count", [limits.MAX_PROPERTIES, limits.MAX_PROPERTIES + 1])
def test_schema_and_code_count_the_fields_alike(count: int) -> None:
    document = {"eventName": "a"} | {f"f{number}": number for number in range(count - 1)}
    assert is_accepted(document) == VALIDATOR.is_valid(document) == (count == limits.MAX_PROPERTIES)


def test_every_field_is_described_and_bounded() -> None:
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if "properties" in part)]
    for part in objects:
        for field, schema in part["properties"].items():
            assert schema["description"].endswith("."), field
            assert "anyOf" in schema or "$ref" in schema or "maxLength" in schema, field
