"""What is answered before any body is read: unknown paths, other methods, preflights."""

from functools import lru_cache
from typing import Final

import msgspec

from clickstream.ingest.admission import unlisted
from clickstream.ingest.context import IngestSettings
from clickstream.ingest.cors import Headers, cors_headers, is_allowed, preflight_headers
from clickstream.ingest.receive import Receipt, answer_refusal, refuse

PATH: Final = "/clickstream"
_JSON: Final = ("content-type", "application/json")


class Answer(msgspec.Struct, frozen=True):
    """What goes back to the client."""

    status: int
    headers: Headers
    body: bytes = b""


def answer(receipt: Receipt, *, origin: str | None, settings: IngestSettings) -> Answer:
    """The answer of a receipt, for a page of `origin` or for no page."""
    headers = _answer_headers(origin, settings.allowed_origins)
    if receipt.status in {429, 503}:
        headers = [*headers, ("retry-after", str(receipt.retry_seconds))]
    return Answer(receipt.status, headers, receipt.body)


@lru_cache(maxsize=256)
def _answer_headers(origin: str | None, allowed: tuple[str, ...]) -> Headers:
    return [_JSON, *cors_headers(origin, allowed)]


def is_event(method: str, path: str) -> bool:
    """Whether a request brings events; every other one is answered without its body."""
    return path == PATH and method == "POST"


def answer_other(method: str, path: str, *, origin: str | None, settings: IngestSettings) -> Answer:
    """The answer to a request that brings no event."""
    if path != PATH:
        receipt = refuse(404, "not_found", f"there is nothing at this path; POST to {PATH}")
        return answer(receipt, origin=origin, settings=settings)
    if method == "OPTIONS":
        return _preflight(origin, settings)
    receipt = refuse(405, "method_not_allowed", f"{PATH} takes POST alone")
    refusal = answer(receipt, origin=origin, settings=settings)
    return Answer(405, [*refusal.headers, ("allow", "POST, OPTIONS")], refusal.body)


def unavailable(message: str) -> Receipt:
    """The lake cannot take it now; the client keeps the events and tries again."""
    return refuse(503, "unavailable", message)


def _preflight(origin: str | None, settings: IngestSettings) -> Answer:
    if origin is None or is_allowed(origin, settings.allowed_origins):
        return Answer(204, preflight_headers(origin, settings.allowed_origins))
    return answer(answer_refusal(unlisted(origin)), origin=origin, settings=settings)
