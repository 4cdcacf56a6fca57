"""One line of the lake, read: the event, the platform's envelope, and what the contract lacks.

Nearly every line has no field but the contract's and the platform's own. Such a line is decoded
into its structs at once, in half of the time that the way by an object of all fields takes; what
that decoder does not take, or cannot judge, goes the other way, which takes or refuses it.
"""

import re
from datetime import UTC
from typing import Final

import msgspec

from clickstream.contract import (
    Document,
    Envelope,
    Event,
    Reason,
    Rejected,
    decode_line,
    read_event,
    unknown_fields,
)
from clickstream.contract.decode import KNOWN_FIELDS
from clickstream.contract.limits import MAX_DEPTH, MAX_LINE_BYTES, MAX_PROPERTIES
from clickstream.contract.usual import Usual


class Line(msgspec.Struct, frozen=True):
    """What one line holds. The envelope is None where the lake was written by somebody else."""

    event: Event
    envelope: Envelope | None
    unknown: Document
    """The fields that the contract does not name."""
    coerced: str | None = None
    """The first field of the contract, as in `items[].quantity`, that came in another type."""


class _Usual(Usual, rename="camel", frozen=True, forbid_unknown_fields=True):
    ingest: Envelope | None = msgspec.field(default=None, name="_ingest")


_DECODE: Final = msgspec.json.Decoder(_Usual).decode
_PATH: Final = re.compile(r" - at `\$\.(.*)`$")
_INDEX: Final = re.compile(r"\[[^\]]*\]")
_MOST_PROPERTIES: Final = MAX_PROPERTIES - len(KNOWN_FIELDS)


def read_line(raw: bytes) -> Line:
    """The line in `raw`. Raises `Rejected`."""
    return _read_usual(raw) or _read_any(raw)


def _read_usual(raw: bytes) -> Line | None:
    """The line where it has no unknown field and every one in its type, else None."""
    if len(raw) > MAX_LINE_BYTES or b"\\u0000" in raw:
        return None
    try:
        event = _DECODE(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if (event.properties is not None or event.element is not None) and not _is_plain(event, raw):
        return None
    return Line(event, event.ingest and _in_utc(event.ingest), {})


def _is_plain(event: Event, raw: bytes) -> bool:
    """Whether values of the sender's own making can be neither too many nor nested too deep."""
    if event.properties is not None and len(event.properties) > _MOST_PROPERTIES:
        return False
    return raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH


def _read_any(raw: bytes) -> Line:
    document = decode_line(raw)
    event = read_event(document)
    own = document.get("_ingest")
    if own is None:
        return Line(event, None, unknown_fields(document), _coerced(document))
    try:
        envelope = msgspec.convert(own, Envelope, strict=False)
    except msgspec.ValidationError as error:
        raise Rejected(Reason.INVALID_FIELD, f"_ingest: {error}", field="_ingest") from error
    return Line(event, _in_utc(envelope), unknown_fields(document), _coerced(document))


def _coerced(document: Document) -> str | None:
    """The first field that had to be read as another type; `document` is one that was taken."""
    try:
        msgspec.convert(document, Event)
    except msgspec.ValidationError as error:
        found = _PATH.search(str(error))
        return _INDEX.sub("[]", found[1]) if found else None
    return None


def _in_utc(envelope: Envelope) -> Envelope:
    zone = envelope.received_at.tzinfo
    if zone is UTC:
        return envelope
    instant = envelope.received_at if zone else envelope.received_at.replace(tzinfo=UTC)
    return msgspec.structs.replace(envelope, received_at=instant.astimezone(UTC))
