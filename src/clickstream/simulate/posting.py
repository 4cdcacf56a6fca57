"""Posts simulated events to a collector, as the visitors' browsers would.

Browsers send what they have in one request: events of one visitor that are due together make an
array. An answer that asks for patience (429, 5xx), or none at all, is met by sending the same
bytes again, so that every event keeps its id.
"""

import http.client
import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from threading import Event, Lock, local
from typing import Final
from urllib.parse import urlsplit

import msgspec

from clickstream.errors import ClickstreamError, SettingsError
from clickstream.simulate.stream import Post

Clock = Callable[[], datetime]
Progress = Callable[[int], None]
"""Is told how many events were taken so far."""

_MAX_ARRAY: Final = 50
_WINDOW: Final = 2_000
"""Posts of a history that are looked at together, to find those of one visitor."""
_PATIENCE: Final = 10.0
"""Seconds between two attempts, at most."""
_ATTEMPTS: Final = 30
_FIRST_ATTEMPTS: Final = 6
"""At a collector that has not answered yet; about ten seconds."""


class Sent(msgspec.Struct):
    """What became of the events."""

    events: int = 0
    """Taken by the collector."""
    requests: int = 0
    retries: int = 0
    refused: int = 0
    """Events that were answered with 4xx, or named in the answer to their array."""


class Target(msgspec.Struct, frozen=True):
    """The collector's address, taken apart."""

    is_secure: bool
    host: str
    port: int | None
    path: str


class Answer(msgspec.Struct, frozen=True):
    """What a request led to; no status where there was no answer."""

    status: int | None = None
    content: bytes = b""
    pause: float | None = None
    """Seconds that the collector asks to wait."""

    @property
    def is_final(self) -> bool:
        """Whether sending the same bytes again would change nothing."""
        return self.status is not None and self.status < 500 and self.status != 429

    def taken(self, events: int) -> int:
        """How many of the events of the request are kept."""
        if self.status is None or self.status >= 300:
            return 0
        if b'"rejected"' not in self.content:
            return events
        return events - len(msgspec.json.decode(self.content, type=_Verdicts).rejected)


class _Verdicts(msgspec.Struct):
    """The part of an answer that is about single events of an array."""

    rejected: list[msgspec.Raw] = []


def send(
    posts: Iterable[Post],
    url: str,
    *,
    clock: Clock = lambda: datetime.now(UTC),
    stop: Event | None = None,
    is_paced: bool = False,
    connections: int = 8,
    on_progress: Progress | None = None,
) -> Sent:
    """Posts all events, or those until `stop` is set; a `url` without a path means /clickstream.

    Paced, each event leaves at its time; otherwise as fast as the collector answers. Raises
    `ClickstreamError` where the collector does not answer after many attempts.
    """
    sender = _Sender(_target(url), clock, stop or Event(), on_progress)
    groups = _at_their_time(posts, sender) if is_paced else _together(posts)
    with closing(sender), ThreadPoolExecutor(connections, "simulate") as pool:
        waiting: list[Future[None]] = []
        try:
            for group in groups:
                if sender.stop.is_set():
                    break
                waiting.append(pool.submit(sender.post, group))
                waiting = _settled(waiting, at_most=connections * 4)
            _settled(waiting, at_most=0)
        except BaseException:
            sender.stop.set()
            raise
    return sender.sent


def _settled(waiting: list[Future[None]], *, at_most: int) -> list[Future[None]]:
    """Those still under way, once there are few enough; an error of one is raised here."""
    while len(waiting) > at_most:
        waiting.pop(0).result()
    for future in waiting:
        if future.done():
            future.result()
    return [future for future in waiting if not future.done()]


def _target(url: str) -> Target:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError("--to", url, "expected an address such as http://127.0.0.1:8080")
    path = parts.path if parts.path not in {"", "/"} else "/clickstream"
    if parts.query:  # may name a write key
        path = f"{path}?{parts.query}"
    return Target(parts.scheme == "https", parts.hostname, parts.port, path)


def _together(posts: Iterable[Post]) -> Iterator[list[Post]]:
    """Posts in groups of one visitor, as near to their order as that allows."""
    remaining = iter(posts)
    while window := list(islice(remaining, _WINDOW)):
        groups: dict[int, list[Post]] = {}
        for post in window:
            group = groups.setdefault(id(post.sender), [])
            group.append(post)
            if len(group) == _MAX_ARRAY:
                yield groups.pop(id(post.sender))
        yield from groups.values()


def _at_their_time(posts: Iterable[Post], sender: "_Sender") -> Iterator[list[Post]]:
    """Posts that are due at one instant from one visitor, once it has come."""
    group: list[Post] = []
    for post in posts:
        if group and (post.sender is not group[0].sender or post.at != group[0].at):
            yield group
            group = []
        wait = (post.at - sender.clock()).total_seconds()
        if wait > 0:
            if group:
                yield group
                group = []
            if sender.stop.wait(wait):
                return
        group.append(post)
    if group:
        yield group


class _Sender:
    """One connection for each thread, kept open."""

    def __init__(
        self, target: Target, clock: Clock, stop: Event, on_progress: Progress | None
    ) -> None:
        self.clock, self.stop = clock, stop
        self.sent = Sent()
        self._target, self._on_progress = target, on_progress
        self._lock, self._thread = Lock(), local()
        self._connections: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Closes the connections; no request may be under way."""
        for connection in self._connections:
            connection.close()

    def post(self, group: list[Post]) -> None:
        """Posts one group, again and again until it is answered for good, or `stop` is set.

        Raises `ClickstreamError` when patience ends.
        """
        now = self.clock()
        payloads = [post.payload(now) for post in group]
        body = payloads[0] if len(payloads) == 1 else b"[" + b",".join(payloads) + b"]"
        headers = _headers(group[0])
        attempt = 0
        while not self.stop.is_set():
            answer = self._request(body, headers)
            if answer.is_final:
                self._count(len(group), answer)
                return
            attempt += 1
            if attempt == (_ATTEMPTS if self.sent.requests else _FIRST_ATTEMPTS):
                raise self._unanswered(attempt, answer)
            self._retry(min(answer.pause or 0.2 * 2**attempt, _PATIENCE))

    def _retry(self, pause: float) -> None:
        with self._lock:
            self.sent.retries += 1
        self.stop.wait(pause)

    def _unanswered(self, attempts: int, answer: Answer) -> ClickstreamError:
        target = self._target
        where = f"http{'s' * target.is_secure}://{target.host}:{target.port or ''}{target.path}"
        what = f"{answer.status} is all that" if answer.status else "nothing"
        return ClickstreamError(
            f"{what} comes from POST {where} after {attempts} attempts; is the collector "
            "running there, and can it write to its lake?"
        )

    def _request(self, body: bytes, headers: dict[str, str]) -> Answer:
        connection = self._connection()
        try:
            connection.request("POST", self._target.path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return Answer()
        return Answer(response.status, content, _seconds(response.getheader("retry-after")))

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._thread, "connection", None)
        if connection is None:
            target = self._target
            if target.is_secure:
                context = ssl.create_default_context()
                connection = http.client.HTTPSConnection(
                    target.host, target.port, timeout=15, context=context
                )
            else:
                connection = http.client.HTTPConnection(target.host, target.port, timeout=15)
            self._thread.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    def _count(self, events: int, answer: Answer) -> None:
        taken = answer.taken(events)
        with self._lock:
            self.sent.requests += 1
            self.sent.events += taken
            self.sent.refused += events - taken
            if self._on_progress:
                self._on_progress(self.sent.events)


def _headers(post: Post) -> dict[str, str]:
    sender = post.sender
    return {"content-type": "application/json", "user-agent": sender.user_agent, **sender.headers}


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
