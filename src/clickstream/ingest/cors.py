"""Which web pages may send JSON and read the answer (CORS, https://fetch.spec.whatwg.org)."""

import re
from typing import Final

Headers = list[tuple[str, str]]

_THIS_MACHINE: Final = re.compile(
    r"https?://(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.ASCII
)
_PREFLIGHT: Final[Headers] = [
    ("access-control-allow-methods", "POST, OPTIONS"),
    ("access-control-allow-headers", "content-type, content-encoding, x-write-key"),
    ("access-control-max-age", "7200"),
]


def cors_headers(origin: str | None, allowed: tuple[str, ...]) -> Headers:
    """The headers that let a page of `origin` read the answer; without them a browser refuses.

    `allowed` are exact origins, or `*`; none at all means the pages of this machine alone.
    """
    if "*" in allowed:
        return [("access-control-allow-origin", "*")]
    if origin is not None and is_allowed(origin, allowed):
        return [("access-control-allow-origin", origin), ("vary", "origin")]
    return [("vary", "origin")]


def preflight_headers(origin: str | None, allowed: tuple[str, ...]) -> Headers:
    """The headers that answer a browser's question before it sends."""
    return cors_headers(origin, allowed) + _PREFLIGHT


def is_allowed(origin: str, allowed: tuple[str, ...]) -> bool:
    """Whether pages of this origin may send."""
    origin = origin.lower()
    if not allowed:
        return _THIS_MACHINE.fullmatch(origin) is not None
    return "*" in allowed or origin in allowed
