"""From the bytes of one event to a checked `Event`: what JSON may say, decided here, once.

- Text is UTF-8. A NUL or half of a surrogate pair, which PostgreSQL cannot hold, is read as
  U+FFFD; the lake keeps the bytes as they came.
- A number that no double can hold is refused. Integers are exact, up to 4,300
  characters with their sign, which is as many as Python reads.
- Of a repeated key the last one counts.
"""

import re
from typing import Any, Final

import msgspec

from clickstream.contract import limits
from clickstream.contract.event import AMOUNT_PATTERN, CURRENCY_PATTERN, Event
from clickstream.contract.instants import parse_instant
from clickstream.contract.rejection import Reason, Rejected

Document = dict[str, Any]

_ESCAPE: Final = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"  # a whole pair
    rb"|\\u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0000)"  # half of one, or NUL
    rb"|(\\.)",
    re.DOTALL,
)
_PATH: Final = re.compile(r" - at `\$\.?(.*)`$")
KNOWN_FIELDS: Final = frozenset(field.encode_name for field in msgspec.structs.fields(Event))
_OWN_FIELDS: Final = KNOWN_FIELDS | {"_ingest"}
_COUNTED: Final = ("Expected `array` of length <= ", "Expected `object` of length <= ")
_PLAIN: Final = (
    (repr(AMOUNT_PATTERN), 'a number that is not negative, or its digits such as "1299.50"'),
    (repr(CURRENCY_PATTERN), "an ISO 4217 code of three letters such as VND"),
)


def decode_object(raw: bytes) -> Document:
    """The JSON object in `raw`, an event as it was sent. Raises `Rejected`."""
    return _decode(raw, limits.MAX_EVENT_BYTES)


def decode_line(raw: bytes) -> Document:
    """The JSON object in `raw`, a line of the lake: whatever ingest took. Raises `Rejected`."""
    return _decode(raw, limits.MAX_LINE_BYTES)


def _decode(raw: bytes, max_bytes: int) -> Document:
    if len(raw) > max_bytes:
        raise Rejected(
            Reason.TOO_LARGE, f"an event may have {max_bytes} bytes, this one has {len(raw)}"
        )
    document = decode_json(raw)
    return check_object(document, brackets=raw.count(b"{") + raw.count(b"["))


def decode_json(raw: bytes) -> object:
    """The JSON value in `raw`, every text of it fit for PostgreSQL. Raises `Rejected`."""
    try:
        if b"\\" in raw and b"\\u0000" in raw:  # one byte is looked for ten times as fast
            raw = repair_escapes(raw)
        return msgspec.json.decode(raw)
    except msgspec.ValidationError as error:
        raise Rejected(
            Reason.NUMBER_OUT_OF_RANGE, "the event has a number that no double can hold"
        ) from error
    except msgspec.DecodeError as error:
        if (repaired := repair_escapes(raw)) != raw:
            return decode_json(repaired)
        raise Rejected(Reason.INVALID_JSON, str(error)) from error
    except UnicodeDecodeError as error:
        raise Rejected(
            Reason.INVALID_JSON, f"not UTF-8: {error.reason} (byte {error.start} of a text)"
        ) from error
    except RecursionError as error:
        raise _too_deep() from error


def repair_escapes(raw: bytes) -> bytes:
    """`raw` with `\\\\u0000` and unpaired surrogate escapes replaced by U+FFFD."""
    return _ESCAPE.sub(lambda match: match[0] if match[1] or match[2] else rb"\ufffd", raw)


def check_object(document: object, *, brackets: int) -> Document:
    """The event's object, its nesting checked. `brackets` bounds the depth from above."""
    if not isinstance(document, dict):
        raise Rejected(
            Reason.NOT_AN_OBJECT,
            f"expected one JSON object an event, got {type(document).__name__}",
        )
    if brackets > limits.MAX_DEPTH and _depth(document) > limits.MAX_DEPTH:
        raise _too_deep()
    return document


def read_event(document: Document) -> Event:
    """The typed event; unknown fields are left in `document`. Raises `Rejected`."""
    try:
        event = msgspec.convert(document, Event, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid_field(document, str(error)) from error
    _check_count(document, event)
    return event


def check_event(document: Document) -> Event:
    """The event, read and its instants tried: all that ingest asks before it says yes."""
    return check_instants(read_event(document))


def check_instants(event: Event) -> Event:
    """The same event, if the instants it names can be read. Raises `Rejected`."""
    if event.event_timestamp is not None and event.event_timestamp != "":
        parse_instant(event.event_timestamp)
    if event.sent_at is not None and event.sent_at != "":
        parse_instant(event.sent_at, field="sentAt")
    return event


def unknown_fields(document: Document) -> Document:
    """The fields that the contract does not name, but for the platform's own."""
    if document.keys() <= _OWN_FIELDS:
        return {}
    return {key: document[key] for key in document if key not in _OWN_FIELDS}


def _check_count(document: Document, event: Event) -> None:
    """The platform's own field is not counted, so that the lake is held to what ingest asked."""
    properties = len(document) - ("_ingest" in document) + len(event.properties or ())
    if properties > limits.MAX_PROPERTIES:
        raise Rejected(
            Reason.TOO_MANY,
            f"an event may have {limits.MAX_PROPERTIES} fields and properties, "
            f"this one has {properties}",
            field="properties",
        )


def _invalid_field(document: Document, message: str) -> Rejected:
    match = _PATH.search(message)
    field = match[1] if match else "eventName"
    if field == "eventName" and not str(document.get("eventName") or "").strip():
        return Rejected(
            Reason.MISSING_EVENT_NAME, "eventName is missing or empty", field="eventName"
        )
    what = _PATH.sub("", message)
    for pattern, plain in _PLAIN:
        if pattern in what:
            what = f"expected {plain}"
    reason = Reason.TOO_MANY if what.startswith(_COUNTED) else Reason.INVALID_FIELD
    return Rejected(reason, f"{field}: {what[:1].lower()}{what[1:]}", field=field)


def _too_deep() -> Rejected:
    return Rejected(
        Reason.TOO_DEEP, f"an event may be nested {limits.MAX_DEPTH} deep, this one is deeper"
    )


def _depth(value: object) -> int:
    """How many arrays and objects enclose the innermost one, itself counted."""
    deepest, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        deepest += 1
        level = [
            child for item in level for child in (item.values() if isinstance(item, dict) else item)
        ]
    return deepest
