"""A request as it came over a connection, and an answer as it goes back."""

from functools import lru_cache
from http import HTTPStatus
from typing import Final

from clickstream.ingest.routes import Answer

_BODILESS: Final = frozenset({204, 304})
"""No answer of these statuses has a body, or says how long one would be (RFC 9110, section 8.6)."""


class Request:
    """One whole request. Header names are in lower case; of a repeated one the last counts."""

    __slots__ = ("body", "headers", "is_last", "is_too_large", "method", "path", "peer", "query")

    def __init__(
        self,
        *,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        peer: str,
        body: bytes,
        is_too_large: bool,
        is_last: bool,
    ) -> None:
        self.method, self.path, self.query, self.headers = method, path, query, headers
        self.peer = peer
        """The address at the other end of the connection: the visitor's, or a proxy's."""
        self.body, self.is_too_large = body, is_too_large
        self.is_last = is_last
        """Whether the connection ends with its answer."""


def encode(answer: Answer, *, date: bytes, is_last: bool, is_head: bool = False) -> bytes:
    """An answer's bytes. `date` is a whole header line; the answer to HEAD leaves out the body."""
    parts = [_opening(answer.status, tuple(answer.headers)), date]
    if answer.status not in _BODILESS:
        parts.append(b"content-length: %d\r\n" % len(answer.body))
    parts.append(b"connection: close\r\n\r\n" if is_last else b"\r\n")
    if not is_head:
        parts.append(answer.body)
    return b"".join(parts)


@lru_cache(maxsize=256)
def _opening(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The status line and the headers that an answer names, which are ever the same few."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, ""]).encode("latin-1")
