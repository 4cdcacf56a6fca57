"""The Lambda handler of `POST /clickstream`: API Gateway HTTP API, payload version 2.0.

Its role needs `s3:PutObject` on `events/*` of the bucket in `RAW_BUCKET_NAME`, and nothing else.
"""

import base64
import binascii
import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from clickstream.entrypoints.ingest_settings import ingest_settings
from clickstream.entrypoints.settings import load_settings
from clickstream.errors import LakeError
from clickstream.ingest import HttpContext, IngestSettings, Receipt, receive
from clickstream.ingest.objects import pack
from clickstream.ingest.receive import refuse
from clickstream.ingest.routes import Answer, answer, answer_other, is_event, unavailable
from clickstream.lake import Lake, open_lake

log = logging.getLogger(__name__)

_NOTHING: Final[Mapping[str, Any]] = {}


def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    """The answer to one request, which is a 200 only once its events are in the bucket."""
    lake, settings = _open()
    reply = respond(event, lake=lake, settings=settings, now=datetime.now(UTC))
    return {
        "statusCode": reply.status,
        "headers": dict(reply.headers),
        "body": reply.body.decode(),
        "isBase64Encoded": False,
    }


def respond(
    event: Mapping[str, Any], *, lake: Lake, settings: IngestSettings, now: datetime
) -> Answer:
    """The answer, the events being kept in the lake: one object a request."""
    context = read_context(event, now)
    origin = context.headers.get("origin")
    if not is_event(context.method, context.path):
        return answer_other(context.method, context.path, origin=origin, settings=settings)
    try:
        body = read_payload(event)
    except (binascii.Error, ValueError):
        receipt = refuse(400, "invalid_json", "the body is not the base64 that it is said to be")
    else:
        receipt = receive(body, context, settings=settings, new_id=lambda: str(uuid.uuid4()))
    return answer(_keep(receipt, lake, context), origin=origin, settings=settings)


def read_context(event: Mapping[str, Any], now: datetime) -> HttpContext:
    """What API Gateway tells of a request. Its path is that of the route, without the stage."""
    request = event.get("requestContext") or _NOTHING
    http = request.get("http") or _NOTHING
    given = event.get("headers") or _NOTHING
    headers = {str(name).lower(): _text(value) for name, value in given.items()}
    if http.get("userAgent"):
        headers.setdefault("user-agent", _text(http["userAgent"]))
    path = str(http.get("path") or event.get("rawPath") or "")
    stage = request.get("stage")
    return HttpContext(
        received_at=now,
        method=str(http.get("method") or ""),
        path=path.removeprefix(f"/{stage}"),
        source_ip=http.get("sourceIp"),
        headers=headers,
        query=str(event.get("rawQueryString") or ""),
        request_id=request.get("requestId"),
        api_id=request.get("apiId"),
        stage=stage,
        trace_id=headers.get("x-amzn-trace-id"),
    )


def _text(value: object) -> str:
    """A header's value, fit for UTF-8."""
    return str(value).encode(errors="replace").decode()


def read_payload(event: Mapping[str, Any]) -> bytes:
    """The body's bytes. Raises `ValueError` where they are not base64 as announced."""
    body = str(event.get("body") or "")
    if event.get("isBase64Encoded"):
        return base64.b64decode(body, validate=True)
    return body.encode(errors="surrogatepass")


def _keep(receipt: Receipt, lake: Lake, context: HttpContext) -> Receipt:
    if not receipt.lines:
        return receipt
    try:
        lake.put(*pack(receipt.lines, context.received_at, uuid.uuid4()))
    except LakeError:
        log.exception("events refused", extra={"request_id": context.request_id})
        return unavailable("the events could not be kept; send them again")
    return receipt


@cache
def _open() -> tuple[Lake, IngestSettings]:
    """Once a container: a connection to the bucket outlives the request."""
    settings = load_settings()
    return open_lake(settings.lake_url), ingest_settings(settings)
