"""One client's connection: HTTP/1.1 as llhttp parses it, its requests answered in their order.

A request is no coroutine: the group commit that makes its events durable calls the connection
back, which writes the answer. uvicorn opens the sockets, runs the workers and ends them.
"""

import asyncio
from collections import deque
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import httptools

from clickstream.contract import limits
from clickstream.ingest.collector.messages import Request, encode
from clickstream.ingest.routes import Answer

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn.server import ServerState

    from clickstream.ingest.collector.app import Collector

MOST_CONNECTIONS: Final = 4096
"""Of each worker at once; one more is told to come again."""
_HEAD_BYTES: Final = 64 * 1024
_HEADERS: Final = 100
_DISCARD: Final = 8 * limits.MAX_BODY_BYTES
"""So much of a body that is too large is still read, so that its sender hears the answer."""


class Stage(Enum):
    """What of a request is to come next."""

    NEXT = auto()
    HEAD = auto()
    BODY = auto()


class Connection(asyncio.Protocol):
    """Reads requests, hands each to the collector, and writes its answer."""

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],  # noqa: ARG002 - uvicorn gives it by name
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._collector: Collector = config.loaded_app
        self._open: set[Any] = server_state.connections
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._peer = ""
        self._stage = Stage.NEXT
        self._since = self._collector.now
        self._url, self._headers = b"", dict[str, str]()
        self._unparsed = 0
        """Bytes that came after the first ones of a head without ending it."""
        self._body: bytes | bytearray = b""
        self._body_size = 0
        self._queue: deque[Request | Answer] = deque()
        """What is to be answered, and last of all maybe an answer to what is no request."""
        self._answered: Request | None = None
        """The request that the collector has in hand."""
        self._is_serving = self._is_stalled = self._is_paused = self._is_closed = False
        self._is_deaf = False
        """Whether nothing more is read: the last request has come, or what came is none."""
        self._is_ending = False
        """Whether the connection ends once all that has come is answered."""

    @property
    def is_busy(self) -> bool:
        """Whether a request has begun to come, or is not answered yet."""
        return self._stage is not Stage.NEXT or self._answered is not None

    # what the event loop tells

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if peer else ""
        self._open.add(self)
        self._collector.connections.add(self)
        if len(self._open) > MOST_CONNECTIONS:
            self._end_with(503, "unavailable", "too many connections; come again")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._is_closed = self._is_deaf = True
        self._open.discard(self)
        self._collector.connections.discard(self)
        self._queue.clear()

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        was_head = self._stage is Stage.HEAD
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError:
            raise  # ours, and no client's
        except httptools.HttpParserError as error:
            self._end_with(400, "invalid_http", f"this is no HTTP/1.1 request: {error}")
        if was_head and self._stage is Stage.HEAD:
            self._unparsed += len(data)
            if self._unparsed > _HEAD_BYTES:
                self._end_with_large_head()
        if self._body_size > _DISCARD and not self._is_deaf:
            self._queue_message(is_last=True)
        self._serve()

    def eof_received(self) -> bool:
        """The client sends no more; whether it still waits for an answer."""
        self._is_deaf = self._is_ending = True
        return self._answered is not None or bool(self._queue)

    def pause_writing(self) -> None:
        self._is_stalled, self._since = True, self._collector.now

    def resume_writing(self) -> None:
        self._is_stalled, self._since = False, self._collector.now
        self._serve()

    # what the parser finds

    def on_message_begin(self) -> None:
        self._stage, self._since = Stage.HEAD, self._collector.now
        self._url, self._headers, self._unparsed = b"", {}, 0
        self._body, self._body_size = b"", 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[_name(name)] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._stage, self._since = Stage.BODY, self._collector.now
        if len(self._headers) > _HEADERS or len(self._url) > _HEAD_BYTES:
            self._end_with_large_head()
        elif "expect" in self._headers and not self._queue:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_size += len(body)
        if self._body_size > limits.MAX_BODY_BYTES:
            self._body = b""
        elif not self._body:
            self._body = body
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += body

    def on_message_complete(self) -> None:
        self._stage = Stage.NEXT
        parser = self._parser
        if self._is_deaf or parser.should_upgrade():
            return  # it follows what ends the connection, or is to be read again
        is_old = "connection" in self._headers and parser.get_http_version() == "1.0"
        self._queue_message(is_last=is_old or not parser.should_keep_alive())

    def _stay(self, rest: bytes) -> None:
        """Reads a request that would go on in another protocol as one that would not.

        Some clients ask for HTTP/2 with whatever they send, and the parser leaves out its body.
        """
        method, self._parser = self._parser.get_method(), httptools.HttpRequestParser(self)
        if method == b"CONNECT":
            self._end_with(405, "method_not_allowed", "this is no proxy")
            return
        headers = (
            f"{name}: {value}\r\n"
            for name, value in self._headers.items()
            if name not in {"connection", "upgrade"}
        )
        head = b"%b %b HTTP/1.1\r\n%b\r\n" % (
            method,
            self._url,
            "".join(headers).encode("latin-1"),
        )
        self.data_received(head + rest)

    def _end_with_large_head(self) -> None:
        most = f"{_HEADERS} headers, and {_HEAD_BYTES} bytes before its body"
        self._end_with(431, "large_head", f"a request may have {most}")

    def _queue_message(self, *, is_last: bool) -> None:
        path, query = _split_target(self._url)
        self._is_deaf = is_last
        self._queue.append(
            Request(
                method=self._parser.get_method().decode("latin-1"),
                path=path,
                query=query,
                headers=self._headers,
                peer=self._peer,
                body=bytes(self._body),
                is_too_large=self._body_size > limits.MAX_BODY_BYTES,
                is_last=is_last,
            )
        )

    # what goes back

    def _serve(self) -> None:
        """Hands over what waits, one request at a time, and reads on once nothing waits."""
        if self._is_serving:
            return
        self._is_serving = True
        while self._queue and self._answered is None and not self._is_stalled:
            first = self._queue.popleft()
            if isinstance(first, Answer):
                self._write(first, is_last=True)
            else:
                self._answered = first
                self._collector.handle(first, self._answer)
        self._is_serving = False
        if self._is_closed:
            return
        if self._queue and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        elif self._is_paused and not self._queue:
            self._is_paused = False
            self._transport.resume_reading()

    def _answer(self, answer: Answer) -> None:
        """Writes the answer to the request in hand; nothing where the client has gone."""
        request, self._answered = self._answered, None
        if request is None or self._is_closed:
            return
        self._since = self._collector.now
        is_last = request.is_last or (self._is_ending and not self._queue)
        self._write(answer, is_last=is_last, is_head=request.method == "HEAD")
        if self._queue:
            self._serve()

    def _write(self, answer: Answer, *, is_last: bool, is_head: bool = False) -> None:
        self._transport.write(
            encode(
                answer.status,
                tuple(answer.headers),
                answer.body,
                date=self._collector.date,
                is_last=is_last,
                is_head=is_head,
            )
        )
        if is_last:
            self._close()

    def _end_with(self, status: int, reason: str, message: str) -> None:
        """Reads no more, and ends with this refusal once all before it is answered."""
        if self._is_deaf:
            return
        self._is_deaf = True
        self._queue.append(self._collector.refusal(status, reason, message))
        self._serve()

    def _close(self) -> None:
        self._is_closed = self._is_deaf = True
        self._since = self._collector.now
        self._queue.clear()
        self._transport.close()

    # what the collector and the server ask

    def look_after(self, now: float, *, head_timeout: float, body_timeout: float) -> None:
        """Gives up a client that is too slow: to send, to take its answer, or to say anything."""
        late = now - self._since
        if self._is_closed or self._is_stalled:
            if late > body_timeout:
                self._transport.abort()
        elif self._answered is not None:
            return  # it waits for the lake, which has a limit of its own
        elif self._stage is Stage.BODY:
            if late > body_timeout:
                self._end_with(408, "slow_body", "the body did not come in time; send it again")
        elif late > head_timeout:
            self._close()

    def shutdown(self) -> None:
        """Ends the connection: now, or when what has begun to come is answered."""
        self._is_ending = True
        if not (self.is_busy or self._queue or self._is_closed):
            self._close()


@lru_cache(maxsize=512)
def _name(raw: bytes) -> str:
    """A header's name in lower case; clients send ever the same ones."""
    return raw.lower().decode("latin-1")


@lru_cache(maxsize=512)
def _split_target(target: bytes) -> tuple[str, str]:
    """The path and the query that a request line names, be it a path or a whole URL."""
    if not target.startswith(b"/"):
        try:
            url = httptools.parse_url(target)
        except httptools.HttpParserInvalidURLError:
            return target.decode("latin-1"), ""
        return (url.path or b"/").decode("latin-1"), (url.query or b"").decode("latin-1")
    path, _, query = target.partition(b"?")
    return path.decode("latin-1"), query.decode("latin-1")
