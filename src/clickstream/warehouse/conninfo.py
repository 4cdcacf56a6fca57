"""A warehouse's URL: what it lacks for a safe connection, and how it is shown without secrets."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import unquote

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clickstream.errors import WarehouseError

# Where systems keep the certificate authorities they trust; libpq looks at none of these itself.
SYSTEM_AUTHORITIES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)
SECRET = re.compile(r"(?<=://)[^/@\s]*:([^@\s]*)@|password=('(?:[^'\\]|\\.)*'|[^&\s]+)")
HIDDEN = "***"


def secured(url: str) -> str:
    """The connection string for a URL: to another machine it verifies TLS, unless the URL says.

    ``sslmode=verify-full`` (https://www.postgresql.org/docs/current/libpq-ssl.html): encrypted,
    from a trusted authority, and for this very host. Amazon's RDS has its own authority: name its
    file with ``sslrootcert=``.
    """
    given = _read(url)
    missing: dict[str, str | int] = {}
    if "connect_timeout" not in given:
        missing["connect_timeout"] = 10
    if is_remote(url) and "sslmode" not in given:
        missing["sslmode"] = "verify-full"
        authorities = next((path for path in SYSTEM_AUTHORITIES if path.exists()), None)
        own = Path("~/.postgresql/root.crt").expanduser()
        if "sslrootcert" not in given and authorities and not own.exists():
            missing["sslrootcert"] = str(authorities)
    return make_conninfo(url, **missing)


def is_remote(url: str) -> bool:
    """Whether a connection may leave this machine: any host but a socket or the loopback."""
    given = _read(url)
    defaults = {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val
    }
    hosts = given.get("hostaddr") or given.get("host") or defaults.get("host") or ""
    return any(not _is_local(host) for host in str(hosts).split(","))


def redacted(text: str) -> str:
    """The text with every password in it hidden: of URLs, and of ``password=``."""

    def hide(found: re.Match[str]) -> str:
        group = 1 if found[1] is not None else 2
        return found[0].replace(found[group], HIDDEN) if found[group] else found[0]

    return SECRET.sub(hide, text)


def without_secrets(message: str, url: str) -> str:
    """A message about this URL in which neither it nor its password can be read."""
    secrets = {group for found in SECRET.finditer(url) for group in found.groups() if group}
    secrets |= {unquote(secret) for secret in secrets}
    shown = message.replace(url, redacted(url))
    for secret in sorted(secrets, key=len, reverse=True):
        shown = shown.replace(secret, HIDDEN)
    return shown


def _read(url: str) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error as error:
        reason = without_secrets(str(error).strip(), url)
        raise WarehouseError(
            f"CLICKSTREAM_WAREHOUSE_URL is {redacted(url)!r}, which is no PostgreSQL URL "
            f"({reason}). Write postgresql://user:password@host:5432/database."
        ) from None


def _is_local(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
