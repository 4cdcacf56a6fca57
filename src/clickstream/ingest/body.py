"""From the bytes that came to the JSON text that was meant."""

import zlib
from collections.abc import Mapping
from typing import Final

from clickstream.contract import limits
from clickstream.ingest.refusal import Refused

_CONTENT_TYPES: Final = frozenset(
    {"", "application/json", "text/plain", "application/x-www-form-urlencoded"}
)
"""What a body may be called: it is JSON all the same. Pages send plain text, to be spared a
preflight, and `curl -d` calls everything a form."""
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_MAGIC: Final = b"\x1f\x8b"
"""How gzip begins and JSON cannot; a page's `sendBeacon` can set no content-encoding."""


def read_body(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The JSON text of a request. Raises `Refused` (400, 413, 415)."""
    content_type = headers.get("content-type", "")
    if content_type not in _CONTENT_TYPES:
        _check_content_type(content_type)
    encoding = headers.get("content-encoding")
    if len(body) > limits.MAX_BODY_BYTES:
        raise too_large()
    if encoding is not None or body.startswith(_MAGIC):
        body = _decompress(body, (encoding or "gzip").strip().lower())
    if not body:
        raise Refused(400, "empty", "the body is empty; send one event as a JSON object")
    return body


def too_large() -> Refused:
    return Refused(
        413,
        "too_large",
        f"a body may have {limits.MAX_BODY_BYTES} bytes after decompression; send fewer events",
    )


def _check_content_type(content_type: str) -> None:
    if content_type.partition(";")[0].strip().lower() not in _CONTENT_TYPES:
        raise Refused(
            415,
            "content_type",
            f"content-type {content_type[:64]!r} is not taken; send application/json or text/plain",
        )


def _decompress(body: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        return body
    if encoding not in _GZIP:
        raise Refused(
            415, "content_encoding", f"content-encoding {encoding[:64]!r} is not taken; send gzip"
        )
    try:
        return _gunzip(body)
    except zlib.error as error:
        raise Refused(400, "broken_gzip", f"the body is not gzip: {error}") from error


def _gunzip(body: bytes) -> bytes:
    """What gzip holds, never more than the limit however far it would expand."""
    text = b""
    while body:
        stream = zlib.decompressobj(wbits=31)
        text += stream.decompress(body, limits.MAX_BODY_BYTES + 1 - len(text))
        if len(text) > limits.MAX_BODY_BYTES:
            raise too_large()
        if not stream.eof:
            raise Refused(400, "broken_gzip", "the gzipped body is cut off")
        body = stream.unused_data
    return text
