"""A small S3 server that can refuse, stall and tear, as real ones do on a bad day."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "lake"
ERROR = "<?xml version='1.0'?><Error><Code>{0}</Code><Message>{0}</Message></Error>"


class Store:
    """Objects by key, and the trouble that requests for some of them meet."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.trouble = ""
        """`503`, `403`, `stall` (no answer), `tear` (half a body), or nothing."""
        self.only = ""
        """The part of a key without which a request is spared."""
        self.released = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """Path-style requests: GET of an object, PUT, and ListObjectsV2 in one page."""

    store: ClassVar[Store]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if self._is_in_trouble(query.get("prefix", [self.key])[0]):
            return
        if "list-type" in query:
            self._answer(200, self._listing(query))
        elif (body := self.store.objects.get(self.key)) is None:
            self._answer(404, ERROR.format("NoSuchKey").encode())
        else:
            self._answer(200, body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if not self._is_in_trouble(self.key):
            self.store.objects[self.key] = body
            self._answer(200, b"")

    def _is_in_trouble(self, key: str) -> bool:
        trouble = self.store.trouble
        if not trouble or self.store.only not in key:
            return False
        if trouble == "stall":
            self.store.released.wait(60)
            self.close_connection = True
        elif trouble == "tear" and key in self.store.objects:
            body = self.store.objects[key]
            self._head(200, len(body))
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif trouble == "tear":
            return False
        else:
            code = {"503": "SlowDown", "403": "AccessDenied"}[trouble]
            self._answer(int(trouble), ERROR.format(code).encode())
        return True

    def _listing(self, query: dict[str, list[str]]) -> bytes:
        prefix, after = query.get("prefix", [""])[0], query.get("start-after", [""])[0]
        found = sorted(key for key in self.store.objects if key.startswith(prefix) and key > after)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.store.objects[key])}</Size>"
            "<LastModified>2026-03-01T00:00:00.000Z</LastModified></Contents>"
            for key in found
        )
        return (
            "<?xml version='1.0'?><ListBucketResult>"
            f"<IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        ).encode()

    def _answer(self, status: int, body: bytes) -> None:
        self._head(status, len(body))
        self.wfile.write(body)

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Last-Modified", "Sun, 01 Mar 2026 00:00:00 GMT")
        self.send_header("ETag", f'"{md5(self.path.encode()).hexdigest()}"')
        self.end_headers()


@contextmanager
def stub() -> Iterator[tuple[Store, str]]:
    """A server for the length of a block: its store, and its URL."""
    store = Store()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("BoundHandler", (Handler,), {"store": store})
    )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield store, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        store.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
