"""The collector's requests: received, made durable by the group commit, answered."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from clickstream.errors import LakeError
from clickstream.ingest.addresses import client_address, tells_country
from clickstream.ingest.body import too_large
from clickstream.ingest.collector.commit import GroupCommit
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.limiter import RateLimiter, whole_seconds
from clickstream.ingest.collector.messages import Request
from clickstream.ingest.collector.pages import Pages
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.ingest.context import HttpContext, proxy_request_id
from clickstream.ingest.receive import NewId, Receipt, answer_refusal, receive, refuse
from clickstream.ingest.refusal import Refused
from clickstream.ingest.routes import (
    PATH,
    Answer,
    answer,
    answer_other,
    is_event,
    unavailable,
)
from clickstream.lake import Lake

log = logging.getLogger(__name__)

Reply = Callable[[Answer], None]


class Client(Protocol):
    """A connection, as far as the collector looks after it."""

    @property
    def is_busy(self) -> bool: ...

    def look_after(self, now: float, *, head_timeout: float, body_timeout: float) -> None: ...


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
        parent: int,
        limiter: RateLimiter | None = None,
    ) -> None:
        self._lake, self._settings, self._counters = lake, settings, counters
        self._clock, self._new_id, self._new_uuid = clock, new_id, new_uuid
        self._new_request_id, self._limiter = new_request_id, limiter
        self._commit: GroupCommit
        self._loop: asyncio.AbstractEventLoop
        self._sweep: asyncio.TimerHandle
        self._parent = parent
        self._pages = Pages(
            counters, metrics_for_all=settings.metrics_for_all, more_metrics=settings.more_metrics
        )
        self.connections: set[Client] = set()
        self.now = 0.0
        """The event loop's time, as of a second ago at most: exact enough to tell who is slow."""
        self.date = b""
        """The header line of each answer that says when it was made (RFC 9110, section 6.6.1)."""

    async def __call__(
        self,
        scope: dict[str, Any],  # noqa: ARG002 - it is the lifespan's, for nothing else comes here
        receive: Callable[[], Any],
        send: Callable[[dict[str, str]], Any],
    ) -> None:
        """Begins and ends with the server (ASGI's lifespan protocol)."""
        await receive()
        self._begin(asyncio.get_running_loop())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._sweep.cancel()
        self._commit.close()
        await send({"type": "lifespan.shutdown.complete"})

    def handle(self, request: Request, reply: Reply) -> None:
        """Calls `reply` once: at once, or when the request's events are durable."""
        if not is_event(request.method, request.path):
            reply(self._answer_other(request))
            return
        context = self._context(request)
        try:
            if self._limiter is not None:
                _check_rate(self._limiter, context)
            if request.is_too_large:
                raise too_large()
            receipt = receive(
                request.body, context, settings=self._settings.ingest, new_id=self._new_id
            )
            if receipt.lines:
                self._commit.add(receipt.lines, partial(self._answer_kept, receipt, context, reply))
                return
        except Refused as refusal:
            receipt = answer_refusal(refusal)
        except LakeError as error:
            receipt = _unavailable(error, context)
        self._answer(receipt, context, reply)

    def refusal(self, status: int, reason: str, message: str) -> Answer:
        """The answer, counted, to what is no whole request."""
        receipt = refuse(status, reason, message)
        self._counters.count_request(receipt.status, receipt.reasons)
        return answer(receipt, origin=None, settings=self._settings.ingest)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._commit = GroupCommit(
            self._lake,
            self._settings,
            loop=loop,
            counters=self._counters,
            clock=self._clock,
            new_uuid=self._new_uuid,
        )
        self._look_after()

    def _answer_kept(
        self, receipt: Receipt, context: HttpContext, reply: Reply, error: LakeError | None
    ) -> None:
        """Answers a request whose events are durable, or could not be kept."""
        if error is not None:
            receipt = _unavailable(error, context)
        self._answer(receipt, context, reply)

    def _answer(self, receipt: Receipt, context: HttpContext, reply: Reply) -> None:
        self._account(receipt, context)
        origin = context.headers.get("origin")
        reply(answer(receipt, origin=origin, settings=self._settings.ingest))

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

    def _answer_other(self, request: Request) -> Answer:
        reply = self._pages.answer(request) or answer_other(
            request.method,
            request.path,
            origin=request.headers.get("origin"),
            settings=self._settings.ingest,
        )
        self._counters.count_request(reply.status)
        return reply

    def _context(self, request: Request) -> HttpContext:
        settings, headers, peer = self._settings.ingest, request.headers, request.peer
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
            query=request.query,
            request_id=request_id or self._new_request_id(),
        )

    def _look_after(self) -> None:
        """Runs every second: gives up slow clients, and itself when what started it is gone.

        A timer for each request would cost it a tenth of its time.
        """
        self.now = self._loop.time()
        self.date = f"date: {format_datetime(self._clock(), usegmt=True)}\r\n".encode()
        head, body = self._settings.header_timeout, self._settings.body_timeout
        for client in tuple(self.connections):
            client.look_after(self.now, head_timeout=head, body_timeout=body)
        self._counters.tell_in_flight(sum(client.is_busy for client in self.connections))
        if os.getppid() != self._parent:
            signal.raise_signal(signal.SIGTERM)
        self._sweep = self._loop.call_later(1, self._look_after)


def _check_rate(limiter: RateLimiter, context: HttpContext) -> None:
    """Nothing, for an address that may send now. Raises `Refused` (429)."""
    if wait := limiter.take(context.source_ip or ""):
        seconds = whole_seconds(wait)
        message = f"too many events from this address; come again in {seconds} s"
        raise Refused(429, "rate_limit", message, retry_seconds=seconds)


def _unavailable(error: LakeError, context: HttpContext) -> Receipt:
    log.debug("%s", error, extra={"request_id": context.request_id})
    return unavailable("the events could not be kept; send them again")
