"""The tracker's scripts as the collector serves them: read once, compressed once.

They are built in `tracker/` and carried in the package, so that serving them needs no Node.
"""

import gzip
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import msgspec

from clickstream.ingest.cors import Headers
from clickstream.ingest.routes import Answer

NAMES: Final = ("clickstream.js", "clickstream.extras.js")
TRY_PATH: Final = "/try"
_HOUR: Final = "public, max-age=3600, stale-while-revalidate=86400"
_FOREVER: Final = "public, max-age=31536000, immutable"


class Script(msgspec.Struct, frozen=True):
    """A file at a path, plain and compressed, and how long a browser may keep it."""

    plain: bytes
    compressed: bytes
    etag: str
    cache_control: str
    content_type: str = "text/javascript; charset=utf-8"

    def answer(self, *, accept_encoding: str, if_none_match: str) -> Answer:
        """The file, or 304 to a browser that has it."""
        headers: Headers = [
            ("etag", self.etag),
            ("cache-control", self.cache_control),
            ("vary", "accept-encoding"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("x-content-type-options", "nosniff"),
        ]
        if self.etag in if_none_match or if_none_match == "*":
            return Answer(304, headers)
        headers.append(("content-type", self.content_type))
        if "gzip" not in accept_encoding:
            return Answer(200, headers, self.plain)
        return Answer(200, [*headers, ("content-encoding", "gzip")], self.compressed)


def load_scripts() -> Mapping[str, Script]:
    """The scripts by path: under their names, kept for an hour, and under versions, for ever.

    The version is of the content: `/clickstream.3f2a….js` never changes.
    """
    found: dict[str, Script] = {}
    for name in NAMES:
        plain, compressed, version = _read(name)
        stem = name.removesuffix(".js")
        for path, cache in ((f"/{name}", _HOUR), (f"/{stem}.{version}.js", _FOREVER)):
            found[path] = Script(plain, compressed, f'W/"{version}"', cache)
    return found


def load_try_page() -> Script:
    """The page on which a person of this machine clicks about and sees the events arrive."""
    plain, compressed, version = _read("try.html")
    return Script(plain, compressed, f'W/"{version}"', "no-cache", "text/html; charset=utf-8")


def _read(name: str) -> tuple[bytes, bytes, str]:
    """A carried file, the same compressed, and the version of its content."""
    plain = files("clickstream.ingest").joinpath("www", name).read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12]
