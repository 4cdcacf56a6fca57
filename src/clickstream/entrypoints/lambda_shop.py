"""The shop API on AWS Lambda: ``clickstream.entrypoints.lambda_shop.handler``.

An HTTP API stands before it (payload version 2.0), whose JWT authorizer has checked each token
against its issuer. So nothing in the VPC needs to reach the issuer: the claims come with the event.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache, partial
from typing import Any, Final

import psycopg
from starlette.applications import Starlette

from clickstream.entrypoints.logs import set_up_logs
from clickstream.entrypoints.settings import load_settings
from clickstream.entrypoints.vault import read_connection
from clickstream.errors import SettingsError, ShopError
from clickstream.shop.app import Connect, ShopApi
from clickstream.shop.ids import new_order_id
from clickstream.shop.tokens import Person

PLACE: Final = "CLICKSTREAM_DATABASE_URL_FROM"
_NOTHING: Final[Mapping[str, Any]] = {}


class GatewayTokens:
    """Whom a request speaks for, by the claims that the gateway's authorizer found good."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        request = event.get("requestContext") or _NOTHING
        authorizer = request.get("authorizer") or _NOTHING
        self._claims = (authorizer.get("jwt") or _NOTHING).get("claims") or _NOTHING

    async def person(self, authorization: str | None) -> Person:  # noqa: ARG002 - checked before
        """Raises ``ShopError`` where the gateway let a request through without a token."""
        subject = self._claims.get("sub")
        if not subject or self._claims.get("token_use", "access") != "access":
            raise ShopError("unauthorized", "an access token is needed")
        return Person(str(subject), frozenset(str(self._claims.get("scope") or "").split()))


def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    """The API's answer to one request."""
    set_up_logs("shop", level=load_settings().log_level)
    return asyncio.run(_answer(event))


async def _answer(event: Mapping[str, Any]) -> dict[str, Any]:
    app = ShopApi(partial(_opened, event), new_id=new_order_id).application()
    async with app.router.lifespan_context(app):
        return await _ask(app, event)


@asynccontextmanager
async def _opened(event: Mapping[str, Any]) -> AsyncIterator[tuple[Connect, GatewayTokens]]:
    yield _connect, GatewayTokens(event)


def _connect() -> AbstractAsyncContextManager[psycopg.AsyncConnection[Any]]:
    """A connection for one request: a frozen function could hold none open."""
    return _connected()


@asynccontextmanager
async def _connected() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    try:
        connection = await psycopg.AsyncConnection.connect(
            _database(), autocommit=True, connect_timeout=5, application_name="clickstream shop"
        )
    except psycopg.OperationalError:
        _database.cache_clear()  # perhaps the password is a new one
        raise
    async with connection:
        yield connection


@cache
def _database() -> str:
    """The OLTP database's connection string, read once a container."""
    settings = load_settings()
    if settings.database_url is not None:
        return settings.database_url
    if settings.database_url_from is None:
        raise SettingsError(PLACE, None, "a function needs DATABASE_URL, or this")
    return read_connection(PLACE, settings.database_url_from)


async def _ask(app: Starlette, event: Mapping[str, Any]) -> dict[str, Any]:
    """One exchange with the application, over ASGI."""
    body = str(event.get("body") or "")
    sent = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    parts: list[bytes] = []
    start: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(_scope(event), receive, send)
    return {
        "statusCode": start["status"],
        "headers": {name.decode(): value.decode() for name, value in start["headers"]},
        "body": b"".join(parts).decode(),
        "isBase64Encoded": False,
    }


def _scope(event: Mapping[str, Any]) -> dict[str, Any]:
    http = (event.get("requestContext") or _NOTHING).get("http") or _NOTHING
    path = str(event.get("rawPath") or "/")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": str(http.get("method") or "GET"),
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": str(event.get("rawQueryString") or "").encode(),
        "headers": list(_headers(event.get("headers") or _NOTHING)),
        "client": (str(http.get("sourceIp") or ""), 0),
        "server": None,
    }


def _headers(given: Mapping[str, Any]) -> Iterable[tuple[bytes, bytes]]:
    for name, value in given.items():
        yield str(name).lower().encode(errors="replace"), str(value).encode(errors="replace")
