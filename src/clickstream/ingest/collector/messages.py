"""A request as it came over a connection, and an answer as it goes back."""

from functools import lru_cache
from http import HTTPStatus
from typing import Final

import msgspec

_BODILESS: Final = frozenset({204, 304})
"""No answer of these statuses has a body, or says how long one would be (RFC 9110, section 8.6)."""


class Request(msgspec.Struct, kw_only=True):
    """One whole request. Header names are in lower case; of a repeated one the last counts."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    peer: str
    """The address at the other end of the connection: the visitor's, or a proxy's."""
    body: bytes
    is_too_large: bool
    is_last: bool
    """Whether the connection ends with its answer."""


@lru_cache(maxsize=64)
def encode(
    status: int,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    *,
    date: bytes,
    is_last: bool,
    is_head: bool,
) -> bytes:
    """An answer's bytes, kept for a while: most answers of a second are the same.

    `date` is a whole header line; the answer to HEAD leaves out the body.
    """
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if status not in _BODILESS:
        lines.append(f"content-length: {len(body)}")
    if is_last:
        lines.append("connection: close")
    head = "\r\n".join([*lines, ""]).encode("latin-1") + date + b"\r\n"
    return head if is_head else head + body
