"""The settings that shape what the ETL makes of an event. Another value asks for a rebuild."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network, ip_address

import msgspec

from clickstream.contract import ALIASES


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How events are read and sessions made. The defaults are those of docs/metrics.md."""

    timezone: str = "UTC"
    """Of the days in the aggregates."""
    aliases: Mapping[str, str] = field(default_factory=lambda: ALIASES)
    key_events: frozenset[str] = frozenset({"purchase"})
    """Actions or event names that engage a session."""
    internal_hosts: frozenset[str] = frozenset()
    internal_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    payment_hosts: frozenset[str] = frozenset()
    """Referring hosts that are no source, besides the known payment and sign-in providers."""
    currency: str | None = None
    """Of amounts that come without one."""
    country_header: str | None = None
    """The header in which a proxy or CDN writes the visitor's country."""
    retention: timedelta | None = None
    """How long events stay in the warehouse; for ever where it is None."""

    def is_internal(self, page_host: str | None, source_ip: str | None) -> bool:
        """Whether an event is the shop's own staff or systems."""
        if page_host and page_host in self.internal_hosts:
            return True
        if not source_ip or not self.internal_networks:
            return False
        try:
            address = ip_address(source_ip.partition("/")[0])
        except ValueError:
            return False
        return any(address in network for network in self.internal_networks)

    def fingerprint(self) -> dict[str, str]:
        """What is kept beside the tables: the time zone of their days, and a digest of the rest."""
        said = [
            sorted(self.aliases.items()),
            sorted(self.key_events),
            sorted(self.internal_hosts),
            sorted(map(str, self.internal_networks)),
            sorted(self.payment_hosts),
            self.currency,
            self.country_header,
        ]
        digest = blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()
        return {"timezone": self.timezone, "rules": digest}
