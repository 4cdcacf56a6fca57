"""Who may send events: who names a write key, and pages of listed origins."""

import hmac
from urllib.parse import parse_qs

from clickstream.ingest.context import HttpContext, IngestSettings
from clickstream.ingest.cors import is_allowed
from clickstream.ingest.refusal import Refused

KEY_HEADER = "x-write-key"
KEY_PARAMETER = "write_key"
"""Of the query, since `sendBeacon` can set no header."""


def admit(context: HttpContext, settings: IngestSettings) -> None:
    """Nothing, for a sender who may send. Raises `Refused` (401, 403).

    Without an `Origin` a request comes from no page, and there the key alone decides.
    """
    if settings.write_keys and not _names_key(context, settings.write_keys):
        raise Refused(
            401,
            "write_key",
            f"a write key is needed: in the header {KEY_HEADER}, or as ?{KEY_PARAMETER}=…",
        )
    origin = context.headers.get("origin")
    if settings.refuse_unlisted and origin and not is_allowed(origin, settings.allowed_origins):
        raise unlisted(origin)


def unlisted(origin: str) -> Refused:
    return Refused(
        403,
        "origin",
        f"pages of {origin[:256]!r} may not send here; add it to CLICKSTREAM_ALLOWED_ORIGINS",
    )


def _names_key(context: HttpContext, keys: tuple[str, ...]) -> bool:
    """Every key is compared, each in a time that does not tell how much of it was right."""
    given = context.headers.get(KEY_HEADER) or _key_of_query(context.query)
    matches = [hmac.compare_digest(given.encode(errors="replace"), key.encode()) for key in keys]
    return any(matches)


def _key_of_query(query: str) -> str:
    try:
        return parse_qs(query, max_num_fields=20).get(KEY_PARAMETER, [""])[0]
    except ValueError:  # more fields than anyone needs
        return ""
