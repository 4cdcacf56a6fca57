"""What is known of a request beside its body, and what becomes of it in the lake."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from clickstream.contract import Envelope
from clickstream.ingest.addresses import Network, is_trusted, truncate_address

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
    write_keys: tuple[str, ...] = ()
    """One of which a sender has to name; none means that none is needed."""
    refuse_unlisted: bool = False
    """Whether events of pages that `allowed_origins` does not list are refused."""
    anonymizes_denied: bool = False
    """Whether an event whose visitor said no loses what tells who that was."""
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
    query: str = ""
    request_id: str | None = None
    api_id: str | None = None
    stage: str | None = None
    trace_id: str | None = None


_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._=:+/-]{1,128}", re.ASCII)


def proxy_request_id(
    peer: str, headers: Mapping[str, str], trusted: tuple[Network, ...]
) -> str | None:
    """The id that a configured proxy gave a request, under which its own log has it."""
    given = headers.get("x-request-id")
    if given is None or not is_trusted(peer, trusted) or not _REQUEST_ID.fullmatch(given):
        return None
    return given


class _Sender(msgspec.Struct, rename="camel", frozen=True, omit_defaults=True):
    """The part of an envelope that is the same for all that a visitor sends in a while."""

    source: str
    source_ip: str | None = None
    user_agent: str | None = None
    headers: Mapping[str, str] | None = None
    method: str | None = None
    path: str | None = None
    api_id: str | None = None
    stage: str | None = None


def enclose(context: HttpContext, settings: IngestSettings) -> bytes:
    """The envelope of every event of a request, as JSON, but for ids given at receipt.

    What a visitor's requests have in common is encoded once for many of them: with a browser's
    fifteen headers that takes 1 microsecond instead of 4.
    """
    address = context.source_ip
    if address is not None and not settings.keep_addresses:
        address = truncate_address(address)
    headers = context.headers
    names = _kept_names(tuple(headers), settings.country_header)
    sender = _encode_sender(
        address,
        headers.get("user-agent", "")[:_MAX_USER_AGENT],
        names,
        tuple([headers[name][:_MAX_HEADER] for name in names]),
        context.method,
        context.path,
        context.api_id,
        context.stage,
    )
    receipt = Envelope(
        received_at=context.received_at, request_id=context.request_id, trace_id=context.trace_id
    )
    return b"%b,%b" % (msgspec.json.encode(receipt)[:-1], sender)


@lru_cache(maxsize=256)
def _kept_names(names: tuple[str, ...], country_header: str | None) -> tuple[str, ...]:
    """Which of a request's headers go into the lake; a browser sends ever the same ones."""
    kept = (
        name
        for name in names
        if name in _KEPT or name == country_header or name.startswith(_KEPT_PREFIXES)
    )
    return tuple(kept)[:_MAX_HEADERS]


@lru_cache(maxsize=1024)
def _encode_sender(  # noqa: PLR0917 - a cache is quickest with a key of plain values
    address: str | None,
    user_agent: str,
    names: tuple[str, ...],
    values: tuple[str, ...],
    method: str,
    path: str,
    api_id: str | None,
    stage: str | None,
) -> bytes:
    """The fields of `_Sender` as JSON, without the brace that opens them."""
    sender = _Sender(
        source="http",
        source_ip=address,
        user_agent=user_agent or None,
        headers=dict(zip(names, values, strict=True)) or None,
        method=method,
        path=path,
        api_id=api_id,
        stage=stage,
    )
    return msgspec.json.encode(sender)[1:]
