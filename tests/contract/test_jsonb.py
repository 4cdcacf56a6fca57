"""What the contract accepts, PostgreSQL holds."""

import json
from collections.abc import Callable

import msgspec
import psycopg
import pytest
from documents import NAUGHTY, SUITE, values
from hypothesis import HealthCheck, example, given, settings

from clickstream.contract import Rejected, check_event, decode_object

pytestmark = pytest.mark.postgres

Keep = Callable[[object], object]


@pytest.fixture
def keep(connection: psycopg.Connection) -> Keep:
    """Writes a value as jsonb, as the warehouse does, and reads it back."""
    connection.execute("create temporary table kept (value jsonb)")

    def there_and_back(value: object) -> object:
        connection.execute(
            "insert into kept values (%s::jsonb)", [msgspec.json.encode(value).decode()]
        )
        row = connection.execute("delete from kept returning value").fetchone()
        assert row is not None
        return row[0]

    return there_and_back


def properties(value: bytes) -> object:
    """The properties of an event around the value, as it was accepted."""
    event = check_event(decode_object(b'{"eventName":"a","properties":{"v":%b}}' % value))
    return event.properties


def is_same(kept: object, accepted: object) -> bool:
    """Equal, but for 1e28, which jsonb writes as an integer: the same number as a double."""
    match accepted:
        case float():
            return isinstance(kept, int | float) and float(kept) == accepted
        case list():
            return isinstance(kept, list) and all(
                is_same(*pair) for pair in zip(kept, accepted, strict=True)
            )
        case dict():
            return (
                isinstance(kept, dict)
                and kept.keys() == accepted.keys()
                and all(is_same(kept[key], item) for key, item in accepted.items())
            )
        case _:
            return type(kept) is type(accepted) and kept == accepted


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(values)
@example({"\x00": "\ud800", "a\x00": ["\udfff"]})
@example([1.7976931348623157e308, 5e-324, -0.0, 1e-7, 0.1, 2**63, -(2**64)])
@example("\uffff\ufffe\x01\x1f\x7f\u2028")
def test_accepted_properties_come_back_from_the_warehouse(keep: Keep, value: object) -> None:
    accepted = properties(json.dumps(value).encode())
    assert is_same(keep(accepted), accepted)


@pytest.mark.parametrize("kind", ["y", "i"])
def test_json_of_every_kind_comes_back_from_the_warehouse(keep: Keep, kind: str) -> None:
    taken = 0
    for file in SUITE.glob(f"{kind}_*.json"):
        try:
            accepted = properties(file.read_bytes())
        except Rejected:
            continue
        taken += 1
        assert is_same(keep(accepted), accepted), file.name
    assert taken > (90 if kind == "y" else 10)


def test_naughty_strings_come_back_as_keys_and_values(keep: Keep) -> None:
    accepted = properties(json.dumps([{text: text} for text in NAUGHTY]).encode())
    assert is_same(keep(accepted), accepted)


@pytest.mark.parametrize("digits", [308, 400, 4299])
def test_a_long_integer_comes_back_exactly(keep: Keep, digits: int) -> None:
    accepted = properties(b"9" * digits)
    assert accepted == {"v": 10**digits - 1}
    assert is_same(keep(accepted), accepted)


def test_the_deepest_and_the_largest_event_come_back(keep: Keep) -> None:
    for value in (
        b"[" * 18 + b"]" * 18,
        b'"' + b"\\u0000" * 10000 + b'"',
        b'"' + b"x" * 65000 + b'"',
    ):
        accepted = properties(value)
        assert is_same(keep(accepted), accepted)
