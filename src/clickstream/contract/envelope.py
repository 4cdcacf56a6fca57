"""What the platform adds to a payload when it takes it: `_ingest`, the last field of the line.

The lake keeps the payload as it came and this beside it; a client's own `_ingest` is removed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from clickstream.contract.decode import Document

FIELD: Final = "_ingest"
_OPENING: Final = b',"%b":' % FIELD.encode()


class Envelope(msgspec.Struct, rename="camel", frozen=True, omit_defaults=True):
    """How and when one event was received. Instants are in UTC."""

    received_at: datetime
    event_id: str | None = None
    """Given at receipt where the payload has none."""
    source: Literal["http", "import"] = "http"
    source_ip: str | None = None
    """Truncated to /24 or /48 unless a setting keeps it whole."""
    user_agent: str | None = None
    country: str | None = None
    """Of an imported event; that of a request stands in its headers."""
    headers: Mapping[str, str] | None = None
    method: str | None = None
    path: str | None = None
    request_id: str | None = None
    api_id: str | None = None
    stage: str | None = None
    trace_id: str | None = None


def encode_envelope(envelope: Envelope) -> bytes:
    """The envelope as JSON; `source` is always written."""
    encoded = msgspec.json.encode(envelope)
    return encoded if envelope.source != "http" else encoded[:-1] + b',"source":"http"}'


def lake_line(payload: bytes, document: Document, envelope: bytes) -> bytes:
    """One line of the lake, without its newline: `payload` as it came, on one line, and `_ingest`.

    `document` is what `payload` decodes to, one object with at least one field.
    """
    if FIELD in document:
        own = {key: value for key, value in document.items() if key != FIELD}
        payload = msgspec.json.encode(own)
    payload = payload.strip(b" \t\r\n")
    if b"\n" in payload or b"\r" in payload:  # white space between tokens, never inside a text
        payload = payload.replace(b"\n", b" ").replace(b"\r", b" ")
    return b"".join((payload[:-1], _OPENING, envelope, b"}"))
