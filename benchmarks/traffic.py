"""Mixed traffic for the collector, of which every answer is known: who sent what, and whether it
was acknowledged.
"""

import asyncio
import gzip
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

VISITORS: Final = 500
"""Who are there at the same time; after a dozen events each, others come."""
_HEAD: Final = (
    "POST /clickstream HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36\r\nAccept-Language: vi,en;q=0.8\r\nOrigin: http://localhost\r\n"
    "Sec-Fetch-Site: cross-site\r\nContent-Length: %d\r\n\r\n"
)
_ACTIONS: Final = ("page_view", "page_view", "view_item", "view_item", "add_to_cart", "purchase")
_WEIGHTS: Final = (30, 25, 25, 12, 6, 2)
_BROKEN: Final = (b'{"eventName":', b"{}", b"[]", b'{"eventName":"a","eventTimestamp":"soon"}')


@dataclass(frozen=True)
class Request:
    """The bytes of a request, the numbers of the events in it, and the status that it deserves."""

    raw: bytes
    numbers: range
    status: int = 200


def requests(seed: int) -> Iterator[Request]:
    """Without end: single events and arrays, gzipped or not, a few sent twice, a few broken."""
    chance, number = random.Random(seed), 0
    sent: list[Request] = []
    while True:
        kind = chance.random()
        if kind < 0.01:
            yield _request(chance.choice(_BROKEN), range(0), status=400)
            continue
        if kind < 0.03 and sent:
            yield chance.choice(sent)  # as a tracker does that heard no answer
            continue
        count = 1 if kind < 0.6 else chance.randint(2, 12)
        numbers = range(number, number + count)
        events = [_event(chance, one) for one in numbers]
        body = json.dumps(events[0] if count == 1 else events).encode()
        request = _request(gzip.compress(body, 1) if kind > 0.95 else body, numbers)
        number += count
        sent = [*sent[-99:], request]
        yield request


def _request(body: bytes, numbers: range, *, status: int = 200) -> Request:
    return Request(_HEAD.encode() % len(body) + body, numbers, status)


def _event(chance: random.Random, number: int) -> dict[str, object]:
    action = chance.choices(_ACTIONS, _WEIGHTS)[0]
    product = {"id": f"sku-{chance.randrange(200)}", "name": "Laptop", "price": 1200}
    event: dict[str, object] = {
        "eventName": action,
        "eventId": str(number),
        "eventTimestamp": datetime.now(UTC).isoformat(),
        "clientId": f"c-{number // (12 * VISITORS)}-{chance.randrange(VISITORS)}",
        "pageUrl": f"http://localhost/product/{product['id']}?utm_source=google",
        "pageTitle": "Laptop",
    }
    if action == "purchase":
        event["order"] = {"id": f"o-{number}", "value": 1200, "currency": "USD"}
    return event | ({"product": product} if action != "page_view" else {})


@dataclass
class Told:
    """What the collector said. Numbers are those of events."""

    acknowledged: bytearray = field(default_factory=bytearray)
    """One byte an event: 1 where a 200 named it."""
    statuses: Counter[int] = field(default_factory=Counter)
    unexpected: int = 0
    """Answers other than the request deserves; 503 among them."""
    seconds: list[float] = field(default_factory=list)
    """From a request to its answer, of one in ten."""

    def hear(self, request: Request, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.unexpected += status != request.status
        if self.statuses.total() % 10 == 0:
            self.seconds.append(seconds)
        if status == 200 and request.numbers:
            missing = request.numbers.stop - len(self.acknowledged)
            self.acknowledged.extend(bytes(max(0, missing)))
            for number in request.numbers:
                self.acknowledged[number] = 1

    @property
    def events(self) -> int:
        """How many different events were acknowledged."""
        return self.acknowledged.count(1)

    def percentile(self, share: int) -> float:
        """Milliseconds within which that share of answers came."""
        return 1000 * statistics.quantiles(self.seconds, n=100)[share - 1]


class Connection(asyncio.Protocol):
    """One connection, kept open; one request at a time."""

    def __init__(self, told: Told, give_back: Callable[["Connection"], None]) -> None:
        self._told, self._give_back = told, give_back
        self._answer = b""
        self._request: Request | None = None
        self._began = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: Request) -> None:
        self._request, self._began = request, time.perf_counter()
        self.transport.write(request.raw)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        if not found or self._request is None or len(body) < int(length or 0):
            return
        seconds = time.perf_counter() - self._began
        self._told.hear(self._request, int(head[9:12]), seconds)
        self._answer, self._request = b"", None
        self._give_back(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._request is not None:
            self._told.statuses[0] += 1
            self._told.unexpected += 1


async def drive(
    port: int, source: Iterator[Request], told: Told, *, seconds: float, rate: float | None
) -> float:
    """Requests a second that were answered, at no more than `rate`; None: as many as it takes."""
    loop = asyncio.get_running_loop()
    idle: list[Connection] = []
    every = [
        (await loop.create_connection(lambda: Connection(told, idle.append), "127.0.0.1", port))[1]
        for _ in range(64)
    ]
    idle += every
    before, began, sent = told.statuses.total(), loop.time(), 0
    while (passed := loop.time() - began) < seconds:
        due = len(idle) if rate is None else int(passed * rate) - sent
        for _ in range(min(due, len(idle))):
            connection = idle.pop()
            if connection.transport.is_closing():
                await _replace(port, told, idle)
                continue
            connection.send(next(source))
            sent += 1
        await asyncio.sleep(0.001)
    await _finish(lambda: told.statuses.total() - before >= sent)
    for connection in every:
        connection.transport.close()
    return (told.statuses.total() - before) / (loop.time() - began)


async def _finish(is_answered: Callable[[], bool]) -> None:
    """Waits until every request is answered, half a minute at most."""
    for _ in range(3000):
        if is_answered():
            return
        await asyncio.sleep(0.01)


async def _replace(port: int, told: Told, idle: list[Connection]) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: Connection(told, idle.append), "127.0.0.1", port)
