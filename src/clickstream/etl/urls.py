"""What an address says: host, path, query, and the campaign that it carries."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

MAX_PATH_BYTES: Final = 640
"""Two of them fit one index entry of PostgreSQL; `page_url` keeps the whole."""
MAX_HOST_BYTES: Final = 255
PAID_CLICK_IDS: Final = {
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "msclkid": ("bing", "cpc"),
    "yclid": ("yandex", "cpc"),
    "dclid": ("google", "display"),
    "ttclid": ("tiktok", "paid"),
}
SOCIAL_CLICK_IDS: Final = {
    "fbclid": "facebook",
    "igshid": "instagram",
    "igsh": "instagram",
    "twclid": "twitter",
    "li_fat_id": "linkedin",
}
_MAY_NAME_ONE: Final = re.compile(r"utm_|id=|igsh=", re.IGNORECASE)
_TWO_LEVEL: Final = frozenset({"ac", "co", "com", "edu", "gov", "gob", "net", "ne", "or", "org"})


class Address(Struct, frozen=True):
    """A page's address in parts; the query without its question mark, None where there is none."""

    host: str | None
    path: str | None
    query: str | None


class Campaign(Struct, frozen=True):
    """The campaign fields of an address, by `utm_` parameters or by a click id."""

    source: str | None
    medium: str | None
    name: str | None = None
    term: str | None = None
    content: str | None = None


@lru_cache(maxsize=8192)
def split_address(url: str) -> Address:
    """The parts of a page's address. A text that is no address is all path."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return Address(None, cut_bytes(url, MAX_PATH_BYTES), None)
    path = parts.path or ("/" if host else "")
    return Address(
        cut_bytes(host, MAX_HOST_BYTES) if host else None,
        cut_bytes(path, MAX_PATH_BYTES) or None,
        parts.query or None,
    )


@lru_cache(maxsize=8192)
def read_campaign(query: str) -> Campaign | None:
    """The campaign that a query names; `utm_` parameters before click ids. None without one."""
    if not _MAY_NAME_ONE.search(query):
        return None
    fields = {key.lower(): value for key, value in query_fields(query)}
    source, medium = fields.get("utm_source"), fields.get("utm_medium")
    clicked = next((PAID_CLICK_IDS[key] for key in PAID_CLICK_IDS if key in fields), None)
    social = next((SOCIAL_CLICK_IDS[key] for key in SOCIAL_CLICK_IDS if key in fields), None)
    if clicked:
        source, medium = source or clicked[0], medium or clicked[1]
    elif social and not (source or medium):
        source = social
    if not (source or medium or fields.get("utm_campaign")):
        return None
    return Campaign(
        source,
        medium,
        fields.get("utm_campaign") or None,
        fields.get("utm_term") or None,
        fields.get("utm_content") or None,
    )


@lru_cache(maxsize=8192)
def registrable_domain(host: str) -> str:
    """The part of a host that its owner registered: two labels, three under `com.vn` and the like.

    A rule of thumb for telling a site's own hosts; it needs no public suffix list.
    """
    labels = host.removesuffix(".").split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _TWO_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def query_fields(query: str) -> list[tuple[str, str]]:
    """The keys and values of a query, decoded; NUL as U+FFFD, for PostgreSQL cannot hold it."""
    return parse_qsl(query.replace("%00", "%EF%BF%BD"))


def cut_bytes(text: str, length: int) -> str:
    """`text`, cut to at most `length` bytes of UTF-8 between two characters."""
    if len(text) * 4 <= length:
        return text
    encoded = text.encode()
    return text if len(encoded) <= length else encoded[:length].decode(errors="ignore")
