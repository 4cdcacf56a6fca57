"""What is known of a request beside its body, and what becomes of it in the lake."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from clickstream.contract import Envelope
from clickstream.ingest.addresses import Network, truncate_address

_KEPT: Final = frozenset({"accept-language", "origin", "sec-gpc", "dnt"})
_KEPT_PREFIXES: Final = ("sec-fetch-", "sec-ch-")
_MAX_HEADERS: Final = 24
_MAX_HEADER: Final = 256
_MAX_USER_AGENT: Final = 1024
"""Each of 500 events carries them, so one request must not make them long."""


class IngestSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What both entry points have to know."""

    allowed_origins: tuple[str, ...] = ()
    """Web origins whose pages may send JSON; `*` for all; none means pages of this machine."""
    trusted_proxies: tuple[Network, ...] = ()
    """Whose `X-Forwarded-For` counts."""
    keep_addresses: bool = False
    country_header: str | None = None
    """A header of the proxy or CDN with the visitor's country, in lower case."""


class HttpContext(msgspec.Struct, frozen=True, kw_only=True):
    """One request as the server saw it. Header names are in lower case."""

    received_at: datetime
    method: str
    path: str
    source_ip: str | None
    """The visitor's, whole; proxies already seen through."""
    headers: dict[str, str]
    request_id: str | None = None
    api_id: str | None = None
    stage: str | None = None
    trace_id: str | None = None


def enclose(context: HttpContext, settings: IngestSettings) -> Envelope:
    """The envelope of every event of a request, but for ids given at receipt."""
    address = context.source_ip
    if address is not None and not settings.keep_addresses:
        address = truncate_address(address)
    user_agent = context.headers.get("user-agent")
    return Envelope(
        received_at=context.received_at,
        source_ip=address,
        user_agent=user_agent[:_MAX_USER_AGENT] if user_agent else None,
        headers=_kept_headers(context.headers.items(), settings.country_header) or None,
        method=context.method,
        path=context.path,
        request_id=context.request_id,
        api_id=context.api_id,
        stage=context.stage,
        trace_id=context.trace_id,
    )


def _kept_headers(items: Iterable[tuple[str, str]], country_header: str | None) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in items:
        if name in _KEPT or name == country_header or name.startswith(_KEPT_PREFIXES):
            kept[name] = value[:_MAX_HEADER]
            if len(kept) == _MAX_HEADERS:
                break
    return kept
