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
# A URL's password reaches to its last @: too much is hidden rather than too little.
SECRET = re.compile(
    r"(?P<before>://[^:/@\s]*:|password=)"
    r"(?P<secret>(?<=:)\S+(?=@)|(?<==)(?:'(?:[^'\\]|\\.)*'|[^&\s]+))"
)
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
    return SECRET.sub(rf"\g<before>{HIDDEN}", text)


def without_secrets(message: str, url: str) -> str:
    """A message about this URL in which neither it nor its password can be read."""
    secrets = {found["secret"] for found in SECRET.finditer(url)}
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
