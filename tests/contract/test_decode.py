"""From bytes to a document: what JSON may say."""

import json
import re

import msgspec
import pytest
from documents import SUITE, near_events, values
from hypothesis import example, given
from hypothesis import strategies as st

from clickstream.contract import (
    Event,
    Reason,
    Rejected,
    check_event,
    decode_json,
    decode_line,
    decode_object,
    limits,
    unknown_fields,
)
from clickstream.contract.decode import repair_escapes

pytestmark = pytest.mark.unit

FILES = sorted(SUITE.glob("*.json"))


def files(kind: str) -> list[object]:
    return [pytest.param(file.read_bytes(), id=file.stem) for file in FILES if file.name[0] == kind]


def within_event(value: bytes) -> bytes:
    return b'{"eventName": "page_view", "properties": {"v": ' + value + b"}}"


def mended(value: object) -> object:
    """The value as PostgreSQL can hold it, by the slow and plain way."""
    match value:
        case str():
            return re.sub("[\x00\ud800-\udfff]", "\ufffd", value)
        case list():
            return [mended(item) for item in value]
        case dict():
            return {mended(key): mended(item) for key, item in value.items()}
        case _:
            return value


def typed(value: object) -> str:
    """The value as a text that tells 1 from 1.0 and true."""
    return repr(value)


def outcome(raw: bytes) -> Event | Rejected:
    """The event, or why it is none; any other exception fails the test."""
    try:
        return check_event(decode_object(raw))
    except Rejected as refusal:
        return refusal


def rejected(raw: bytes) -> Rejected:
    refusal = outcome(raw)
    assert isinstance(refusal, Rejected)
    return refusal


@pytest.mark.parametrize("value", files("y"))
def test_json_of_every_kind_comes_out_as_it_went_in(value: bytes) -> None:
    event = check_event(decode_object(within_event(value)))
    assert event.properties is not None
    assert typed(event.properties["v"]) == typed(mended(json.loads(value)))


@pytest.mark.parametrize("value", files("n"))
def test_what_is_not_json_is_rejected(value: bytes) -> None:
    assert rejected(value).reason
    assert rejected(within_event(value)).reason in {
        Reason.INVALID_JSON,
        Reason.TOO_DEEP,
        Reason.TOO_LARGE,
    }


@pytest.mark.parametrize("value", files("i"))
def test_what_json_leaves_open_is_taken_or_rejected(value: bytes) -> None:
    taken = outcome(within_event(value))
    assert isinstance(taken, Event) or taken.reason in {
        Reason.INVALID_JSON,
        Reason.TOO_DEEP,
        Reason.NUMBER_OUT_OF_RANGE,
    }


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b"", Reason.INVALID_JSON, id="nothing"),
        pytest.param(b"null", Reason.NOT_AN_OBJECT, id="null"),
        pytest.param(b'[{"eventName":"a"}]', Reason.NOT_AN_OBJECT, id="an array"),
        pytest.param(b'"eventName"', Reason.NOT_AN_OBJECT, id="a text"),
        pytest.param(b'\xef\xbb\xbf{"eventName":"a"}', Reason.INVALID_JSON, id="a byte order mark"),
        pytest.param('{"eventName":"a"}'.encode("utf-16"), Reason.INVALID_JSON, id="UTF-16"),
        pytest.param(b'{"eventName":"\xff"}', Reason.INVALID_JSON, id="a byte that is not UTF-8"),
        pytest.param(b'{"eventName":"\xed\xa0\x80"}', Reason.INVALID_JSON, id="a raw surrogate"),
        pytest.param(
            b'{"eventName":"\xff\\ud800"}', Reason.INVALID_JSON, id="broken bytes beside an escape"
        ),
        pytest.param(b'{"eventName":"a\x00"}', Reason.INVALID_JSON, id="a raw NUL"),
        pytest.param(b'{"eventName":"a\nb"}', Reason.INVALID_JSON, id="a raw line break in a text"),
        pytest.param(b'{"eventName":"a"}{}', Reason.INVALID_JSON, id="two objects"),
        pytest.param(b'{"eventName":"\\ud800"', Reason.INVALID_JSON, id="cut off after an escape"),
        pytest.param(b'{"eventName":NaN}', Reason.INVALID_JSON, id="NaN"),
        pytest.param(
            within_event(b"1e400"), Reason.NUMBER_OUT_OF_RANGE, id="a number beyond a double"
        ),
        pytest.param(
            b'{"eventName":"a","userId":1e400}', Reason.NUMBER_OUT_OF_RANGE, id="such an id"
        ),
        pytest.param(
            within_event(b"9" * 4301), Reason.NUMBER_OUT_OF_RANGE, id="an integer of 4,301 digits"
        ),
        pytest.param(
            b'{"eventName":"a","eventTimestamp":' + b"9" * 5000 + b"}",
            Reason.NUMBER_OUT_OF_RANGE,
            id="an instant of 5,000 digits",
        ),
        pytest.param(b'{"a":' * 900 + b"1" + b"}" * 900, Reason.TOO_DEEP, id="900 objects deep"),
        pytest.param(b'{"a":' * 9000 + b"1" + b"}" * 9000, Reason.TOO_DEEP, id="9,000 deep"),
        pytest.param(b"[" * 60000 + b'"\\ud800"', Reason.TOO_DEEP, id="deep, and to be mended"),
    ],
)
def test_a_body_that_is_no_event_says_why(raw: bytes, reason: Reason) -> None:
    assert rejected(raw).reason == reason


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(rb"\u0000", "\ufffd", id="NUL"),
        pytest.param(rb"a\u0000b\u0000", "a\ufffdb\ufffd", id="NUL between letters"),
        pytest.param(rb"\ud83d\ude00", "\U0001f600", id="a whole pair"),
        pytest.param(rb"\uD83D\uDE00\u0000", "\U0001f600\ufffd", id="a pair and NUL"),
        pytest.param(rb"\ud83d", "\ufffd", id="the first half"),
        pytest.param(rb"\ude00", "\ufffd", id="the second half"),
        pytest.param(rb"\ude00\ud83d", "\ufffd\ufffd", id="halves the wrong way round"),
        pytest.param(rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600", id="a half before a pair"),
        pytest.param(rb"\ud83d\u0041", "\ufffdA", id="a half before a letter"),
        pytest.param(rb"\ud83d\n", "\ufffd\n", id="a half before an escape"),
        pytest.param(rb"\\u0000", r"\u0000", id="a backslash that is one"),
        pytest.param(rb"\\\u0000", "\\\ufffd", id="a backslash before NUL"),
        pytest.param(rb"\\\\ud800", r"\\ud800", id="two backslashes"),
        pytest.param(rb"\ufffd\u0001\uffff", "\ufffd\x01\uffff", id="what may stay"),
    ],
)
def test_what_postgresql_cannot_hold_becomes_the_replacement_character(
    raw: bytes, text: str
) -> None:
    document = decode_object(b'{"%b": ["%b"]}' % (raw, raw))
    assert document == {text: [text]}


@given(st.text('\\u0dD8bcfF"nA', max_size=40))
@example(r"\ud800\u0000\udc00")
def test_escapes_are_mended_like_the_slow_way(text: str) -> None:
    raw = f'"{text}"'.encode()
    try:
        plain = json.loads(raw)
    except ValueError:
        with pytest.raises(Rejected):
            decode_json(raw)
    else:
        assert decode_json(raw) == mended(plain)
        assert decode_json(repair_escapes(raw)) == mended(plain)


@given(st.binary())
def test_any_bytes_are_an_event_or_rejected(raw: bytes) -> None:
    for body in (raw, within_event(raw), within_event(b'"' + raw + b'"')):
        taken = outcome(body)
        assert isinstance(taken, Event) or (taken.message and "\n" not in taken.message)


@given(values | near_events)
def test_any_json_is_an_event_or_rejected(value: object) -> None:
    taken = outcome(json.dumps(value).encode())
    assert isinstance(taken, Event) or "\x00" not in taken.message.encode().decode()


@given(values)
def test_any_json_within_properties_comes_out_as_it_went_in(value: object) -> None:
    raw = within_event(json.dumps(value).encode())
    event = check_event(decode_object(raw))
    assert event.properties is not None
    assert typed(event.properties["v"]) == typed(mended(value))


@pytest.mark.parametrize(
    ("inner", "accepted"),
    [
        pytest.param(limits.MAX_DEPTH - 1, True, id="at the limit"),
        pytest.param(limits.MAX_DEPTH, False, id="one beyond"),
    ],
)
@pytest.mark.parametrize("brackets", [b"[]", b"{}"], ids=["arrays", "objects"])
def test_an_event_may_be_nested_so_deep(inner: int, accepted: bool, brackets: bytes) -> None:
    start, end = (b"[", b"]") if brackets == b"[]" else (b'{"a":', b"}")
    raw = b'{"eventName":"a","x":' + start * (inner - 1) + brackets + end * (inner - 1) + b"}"
    if accepted:
        check_event(decode_object(raw))
    else:
        assert rejected(raw).reason == Reason.TOO_DEEP


def test_brackets_within_texts_are_not_depth() -> None:
    assert decode_object(b'{"x":"' + b"[" * 1000 + b'"}') == {"x": "[" * 1000}


def test_many_brackets_side_by_side_are_not_depth() -> None:
    assert decode_object(within_event(b"[" + b"[]," * 999 + b"[]]"))


@pytest.mark.parametrize(
    ("decode", "most"),
    [
        pytest.param(decode_object, limits.MAX_EVENT_BYTES, id="an event"),
        pytest.param(decode_line, limits.MAX_LINE_BYTES, id="a line of the lake"),
    ],
)
def test_an_event_may_be_so_large(decode: object, most: int) -> None:
    assert callable(decode)
    raw = b'{"eventName":"a"}'
    padded = raw[:-1] + b" " * (most - len(raw)) + b"}"
    assert decode(padded) == {"eventName": "a"}
    with pytest.raises(Rejected) as raised:
        decode(padded + b" ")
    assert raised.value.reason == Reason.TOO_LARGE
    assert str(most + 1) in raised.value.message


def test_the_last_of_a_repeated_key_counts() -> None:
    assert decode_object(b'{"eventName":"a","eventName":"b","x":1,"\\u0078":2}') == {
        "eventName": "b",
        "x": 2,
    }


@pytest.mark.parametrize("digits", [19, 20, 400, 4299])
def test_an_integer_within_properties_is_exact(digits: int) -> None:
    document = decode_object(within_event(b"-" + b"9" * digits))
    assert document["properties"]["v"] == -(10**digits) + 1
    assert msgspec.json.decode(msgspec.json.encode(document)) == document


def test_unknown_fields_are_kept_and_the_platforms_own_is_not_one() -> None:
    document = decode_object(b'{"eventName":"a","utm":{"x":1},"_ingest":{},"userId":"u"}')
    assert unknown_fields(document) == {"utm": {"x": 1}}


def test_a_half_mended_text_stays_valid_utf_8() -> None:
    document = decode_object(b'{"\\ud800\\u0000":"\\udfff"}')
    assert msgspec.json.encode(document).decode() == '{"\ufffd\ufffd":"\ufffd"}'
