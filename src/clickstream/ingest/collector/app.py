"""The collector's requests, by Granian's RSGI protocol.

RSGI rather than ASGI: with a handler that reads the body and does nothing, 61,600 requests a
second against 38,200 on two cores (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md).
"""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from clickstream.contract import limits
from clickstream.errors import LakeError
from clickstream.ingest.addresses import client_address, tells_country
from clickstream.ingest.body import too_large
from clickstream.ingest.collector.commit import GroupCommit
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.limiter import RateLimiter, whole_seconds
from clickstream.ingest.collector.pages import Pages
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.ingest.context import HttpContext, proxy_request_id
from clickstream.ingest.receive import NewId, Receipt, answer_refusal, receive, refuse
from clickstream.ingest.refusal import Refused
from clickstream.ingest.routes import PATH, answer, answer_other, is_event, unavailable
from clickstream.lake import Lake

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

log = logging.getLogger(__name__)

_DISCARD: Final = 8 * limits.MAX_BODY_BYTES
"""So much of a body that is too large is still read, so that its sender hears the answer."""


Reading = asyncio.Future[bytes]
"""A body on its way; Granian's own class, which does what a future does."""


class Collector:
    """One worker: it receives, hands over to the group commit, and answers."""

    def __init__(
        self,
        lake: Lake,
        settings: CollectorSettings,
        *,
        counters: Counters,
        clock: Callable[[], datetime],
        new_id: NewId,
        new_request_id: Callable[[], str],
        new_uuid: Callable[[], UUID],
        limiter: RateLimiter | None = None,
    ) -> None:
        self._lake, self._settings, self._counters = lake, settings, counters
        self._clock, self._new_id, self._new_uuid = clock, new_id, new_uuid
        self._new_request_id, self._limiter = new_request_id, limiter
        self._commit: GroupCommit
        self._loop: asyncio.AbstractEventLoop
        self._sweep: asyncio.TimerHandle
        self._parent = 0
        self._now = 0.0
        self._readings: dict[Reading, float] = {}
        self._pages = Pages(
            counters, metrics_for_all=settings.metrics_for_all, more_metrics=settings.more_metrics
        )

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._parent = os.getppid()
        self._look_after()
        self._commit = GroupCommit(
            self._lake,
            self._settings,
            loop=loop,
            counters=self._counters,
            clock=self._clock,
            new_uuid=self._new_uuid,
        )

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweep.cancel()
        self._commit.close()

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        if not is_event(scope.method, scope.path):
            self._respond_other(scope, protocol)
            return
        headers = dict(scope.headers.items())
        context = self._context(scope, headers)
        reading: Reading | None = None
        try:
            if self._limiter is not None:
                _check_rate(self._limiter, context)
            reading = self._start_reading(protocol, headers)
            receipt = receive(
                await reading, context, settings=self._settings.ingest, new_id=self._new_id
            )
            if receipt.lines:
                await self._commit.add(receipt.lines)
        except Refused as refusal:
            receipt = answer_refusal(refusal)
        except asyncio.CancelledError:
            if reading is None or not reading.cancelled():
                raise  # not by us: the client has gone
            receipt = refuse(408, "slow_body", "the body did not come in time; send it again")
        except LakeError as error:
            log.debug("%s", error, extra={"request_id": context.request_id})
            receipt = unavailable("the events could not be kept; send them again")
        finally:
            if reading is not None:
                del self._readings[reading]
        self._account(receipt, context)
        reply = answer(receipt, origin=headers.get("origin"), settings=self._settings.ingest)
        protocol.response_bytes(reply.status, reply.headers, reply.body)

    def _account(self, receipt: Receipt, context: HttpContext) -> None:
        """Counts a request, and against its sender's limit what it brought beside one event."""
        self._counters.count_request(receipt.status, receipt.reasons)
        if receipt.reasons and log.isEnabledFor(logging.DEBUG):
            facts = {"request_id": context.request_id, "status": receipt.status}
            log.debug("refused: %s", ", ".join(receipt.reasons), extra=facts)
        if self._limiter is not None and context.source_ip is not None:
            more = len(receipt.lines) + len(receipt.reasons) - 1
            if more > 0:
                self._limiter.charge(context.source_ip, more)

    def _respond_other(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        reply = self._pages.answer(scope) or answer_other(
            scope.method,
            scope.path,
            origin=scope.headers.get("origin"),
            settings=self._settings.ingest,
        )
        self._counters.count_request(reply.status)
        protocol.response_bytes(reply.status, reply.headers, reply.body)

    def _context(self, scope: "Scope", headers: dict[str, str]) -> HttpContext:
        settings = self._settings.ingest
        peer = scope.client.rpartition(":")[0]
        request_id = None
        if settings.country_header and not tells_country(peer, settings.trusted_proxies):
            headers.pop(settings.country_header, None)
        if settings.trusted_proxies:
            request_id = proxy_request_id(peer, headers, settings.trusted_proxies)
            peer = client_address(peer, headers.get("x-forwarded-for"), settings.trusted_proxies)
        return HttpContext(
            received_at=self._clock(),
            method="POST",
            path=PATH,
            source_ip=peer,
            headers=headers,
            query=scope.query_string,
            request_id=request_id or self._new_request_id(),
        )

    def _start_reading(self, protocol: "HTTPProtocol", headers: dict[str, str]) -> "Reading":
        """The body that is to come, of which never more is in memory than may come."""
        reading: Reading
        length = headers.get("content-length")
        if length is None or int(length) > limits.MAX_BODY_BYTES:
            reading = self._loop.create_task(_read_bounded(protocol))
        else:
            reading = cast("Reading", protocol())
        self._readings[reading] = self._now
        return reading

    def _look_after(self) -> None:
        """Runs every second: gives up slow bodies, and itself when what started it is gone.

        A timer for each request would cost it a tenth of its time.
        """
        self._now = self._loop.time()
        latest = self._now - self._settings.body_timeout
        for reading, started in list(self._readings.items()):
            if started > latest:
                break  # a dict keeps its order
            reading.cancel()
        self._counters.tell_in_flight(len(self._readings))
        if os.getppid() != self._parent:
            signal.raise_signal(signal.SIGTERM)
        self._sweep = self._loop.call_later(1, self._look_after)


def _check_rate(limiter: RateLimiter, context: HttpContext) -> None:
    """Nothing, for an address that may send now. Raises `Refused` (429)."""
    if wait := limiter.take(context.source_ip or ""):
        seconds = whole_seconds(wait)
        message = f"too many events from this address; come again in {seconds} s"
        raise Refused(429, "rate_limit", message, retry_seconds=seconds)


async def _read_bounded(protocol: "HTTPProtocol") -> bytes:
    """A body of unknown or excessive length."""
    body, size = bytearray(), 0
    async for chunk in protocol:
        size += len(chunk)
        if size <= limits.MAX_BODY_BYTES:
            body += chunk
        elif size > _DISCARD:
            break
    if size > limits.MAX_BODY_BYTES:
        raise too_large()
    return bytes(body)
