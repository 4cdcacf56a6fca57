"""How the text of a setting becomes its value, and what is said when it cannot.

A value is text where it comes from the environment, and a TOML value where it comes from the
settings file. Each reader raises ``ValueError`` with what it expected.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

T = TypeVar("T")
Reader = Callable[[object], T]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", re.ASCII)


def text(value: object) -> str:
    """Any text that is not empty."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError("text is expected")


def switch(value: object) -> bool:
    """Yes or no."""
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError("true or false is expected")


def number(least: int, most: int) -> Reader[int]:
    """A whole number within two bounds, both included."""

    def read(value: object) -> int:
        digits = str(value).strip()
        if digits.isascii() and digits.isdigit() and least <= int(digits) <= most:
            return int(digits)
        raise ValueError(f"a whole number from {least} to {most} is expected")

    return read


def one_of(*words: str) -> Reader[str]:
    """One of a few words."""

    def read(value: object) -> str:
        word = str(value).strip().lower()
        if word in words:
            return word
        raise ValueError(f"one of {', '.join(words)} is expected")

    return read


def folder(value: object) -> Path:
    """An absolute path; a relative one is below the working folder."""
    return Path(text(value)).expanduser().absolute()


def zone(value: object) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(text(value))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("an IANA zone such as UTC or Asia/Ho_Chi_Minh is expected") from error


def duration(value: object) -> timedelta:
    """A length of time such as ``30m``, ``24h`` or ``14d``."""
    match = re.fullmatch(r"(\d{1,7})([smhd])", str(value).strip(), re.ASCII)
    if match is None or int(match[1]) == 0 or int(match[1]) > 86_400 * 366:
        raise ValueError("a duration such as 10s, 30m, 24h or 14d is expected")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def retention(value: object) -> timedelta:
    """How long something is kept: a day or more."""
    expected = "a day or more, such as 30d, is expected"
    try:
        length = duration(value)
    except ValueError:
        raise ValueError(expected) from None
    if timedelta(days=1) <= length <= timedelta(days=36_500):
        return length
    raise ValueError(expected)


def url(*schemes: str) -> Reader[str]:
    """A URL with one of these schemes."""

    def read(value: object) -> str:
        given = text(value)
        parts = urlsplit(given)
        if parts.scheme in schemes and (parts.netloc or parts.path.startswith("/")):
            return given
        forms = " or ".join(f"{scheme}://…" for scheme in schemes)
        raise ValueError(f"a URL of the form {forms} is expected")

    return read


def bucket(value: object) -> str:
    """The name of an S3 bucket."""
    name = text(value)
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name, re.ASCII):
        return name
    raise ValueError("the name of an S3 bucket, without s3://, is expected")


def currency(value: object) -> str:
    """An ISO 4217 code."""
    code = text(value).upper()
    if re.fullmatch(r"[A-Z]{3}", code, re.ASCII):
        return code
    raise ValueError("a currency code of three letters such as VND or USD is expected")


def header(value: object) -> str:
    """The name of an HTTP header, in lower case."""
    name = text(value).lower()
    if re.fullmatch(r"[a-z0-9-]{1,64}", name, re.ASCII):
        return name
    raise ValueError("the name of an HTTP header such as cf-ipcountry is expected")


def write_key(value: object) -> str:
    """A key that a URL's query can carry as it stands."""
    key = text(value)
    if re.fullmatch(r"[A-Za-z0-9._~-]{16,128}", key, re.ASCII):
        return key
    raise ValueError("16 to 128 letters, digits or any of . _ ~ - are expected")


def host(value: object) -> str:
    """A host name."""
    name = text(value).lower().rstrip(".")
    if _HOST.fullmatch(name):
        return name
    raise ValueError("host names such as staging.shop.example are expected")


def network(value: object) -> Network:
    """An address, or a network in CIDR notation."""
    try:
        return ipaddress.ip_network(text(value), strict=False)
    except ValueError as error:
        raise ValueError("addresses or networks such as 10.0.0.0/8 are expected") from error


def origin(value: object) -> str:
    """A web origin (scheme, host, port), or ``*`` for all."""
    given = text(value).rstrip("/")
    parts = urlsplit(given)
    if given == "*" or (parts.scheme in {"http", "https"} and given.count("/") == 2):
        return given.lower()
    raise ValueError("origins such as https://shop.example are expected, or * for every origin")


def issuer(value: object) -> str:
    """The URL of an OIDC issuer: https, and http on this machine alone."""
    given = text(value)
    parts = urlsplit(given)
    is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.hostname and (parts.scheme == "https" or is_local) and not parts.query:
        return given
    raise ValueError("an issuer's URL of the form https://… is expected, as its tokens name it")


def many(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Several values: separated by commas in the environment, an array in the file."""

    def read_many(value: object) -> tuple[T, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list):
            raise ValueError("values separated by commas (in the file: an array) are expected")  # noqa: TRY004 - readers raise ValueError alone
        return tuple(read(part) for part in parts if str(part).strip())

    return read_many


def table(read: Reader[T]) -> Reader[Mapping[str, T]]:
    """Names with a value each: a table of the settings file, ``name=value,…`` elsewhere."""

    def read_table(value: object) -> Mapping[str, T]:
        if isinstance(value, str):
            pairs = [part.partition("=") for part in value.split(",") if part.strip()]
            value = {name.strip(): given for name, _, given in pairs}
        if not isinstance(value, dict):
            raise ValueError("a table of names and values is expected")  # noqa: TRY004 - as above
        return {str(name): read(given) for name, given in value.items()}

    return read_table


def entries(value: object) -> Mapping[str, object]:
    """A table whose entries are read by whoever uses them; in the environment, a JSON object."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError(f"a JSON object is expected: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("a table is expected (in the environment: a JSON object)")  # noqa: TRY004 - as above
    return {str(name): given for name, given in value.items()}
