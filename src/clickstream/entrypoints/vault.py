"""Connections whose password lies in a private object, and nowhere in a function's settings."""

import os
import tempfile
from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

from clickstream.errors import SettingsError
from clickstream.lake import open_lake

CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def read_connection(key: str, place: str) -> str:
    """The connection string that the object at `place` holds, for the setting `key`.

    Its first line is a ``postgresql://`` URL. Below it may stand the certificate that the server
    has to show, in PEM; it goes to the temporary folder, where libpq can read it. Raises
    ``LakeError`` where the object cannot be read, and ``SettingsError`` where it holds no URL.
    """
    folder, _, name = place.rpartition("/")
    url, _, rest = open_lake(folder).get(name).decode(errors="replace").partition("\n")
    try:
        if not url.startswith(("postgresql://", "postgres://")):
            raise SettingsError(key, place, "a postgresql:// URL is expected in that object")
        if CERTIFICATE in rest:
            return make_conninfo(url.strip(), sslrootcert=_keep(rest))
        return make_conninfo(url.strip())
    except ProgrammingError:
        # libpq's message would quote the URL, and the password with it.
        raise SettingsError(key, place, "the URL in that object cannot be read") from None


def _keep(certificate: str) -> str:
    """The file with the certificate, replaced at once so that nobody reads half of it."""
    path = Path(tempfile.gettempdir()) / f"clickstream-server-{os.getuid()}.pem"
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(certificate)
    fresh.replace(path)
    return str(path)
