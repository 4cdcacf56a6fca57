"""Whose address a request comes from, and how much of it is kept."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_PROXIED: Final = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
)
"""Headers that a proxy adds, and a program on this machine has no need of."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=4096)
def truncate_address(address: str) -> str | None:
    """The address with its last 8 bits (IPv4) or 80 bits (IPv6) zero; None if it is none."""
    parsed = _parse(address)
    if parsed is None:
        return None
    length = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, length), strict=False).network_address)


@lru_cache(maxsize=4096)
def client_address(peer: str, forwarded: str | None, trusted: tuple[Network, ...]) -> str:
    """The visitor's address: the rightmost of `X-Forwarded-For` that no trusted proxy has.

    `forwarded` counts only as far as trusted proxies wrote it; what stands left of the first
    other address is whatever the client claimed.
    """
    nearest = peer
    for hop in reversed((forwarded or "").split(",")):
        if not is_trusted(nearest, trusted):
            break
        parsed = _parse(hop)
        if parsed is None:
            break
        nearest = str(parsed)
    return nearest


def is_loopback(address: str) -> bool:
    """Whether a peer is this machine."""
    parsed = _parse(address)
    return parsed is not None and parsed.is_loopback


def is_local(peer: str, headers: Iterable[str]) -> bool:
    """Whether a request was made on this machine: by its peer, and not for one behind a proxy."""
    return is_loopback(peer) and _PROXIED.isdisjoint(headers)


def tells_country(peer: str, trusted: tuple[Network, ...]) -> bool:
    """Whether what a peer says of the visitor's country counts: a configured proxy's word.

    Where none is configured, that of one on this machine.
    """
    return is_trusted(peer, trusted) if trusted else is_loopback(peer)


def is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether an address is a configured proxy's."""
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parse(text: str) -> Address | None:
    """An address as proxies write it: maybe in brackets, maybe with a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
