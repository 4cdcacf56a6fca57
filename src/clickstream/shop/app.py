"""The API as an ASGI application: requests checked, operations run, answers in JSON."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Protocol

import msgspec
import psycopg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clickstream.errors import ShopError
from clickstream.shop.openapi import served
from clickstream.shop.operations import OPERATIONS, Call, Operation
from clickstream.shop.orders import NewId
from clickstream.shop.problems import problem_response
from clickstream.shop.store import Connection
from clickstream.shop.tokens import Person

log = logging.getLogger(__name__)
LARGEST_BODY: Final = 64 * 1024
_JSON: Final = "application/json"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


class Tokens(Protocol):
    """Whoever can say whom a request speaks for."""

    async def person(self, authorization: str | None) -> Person: ...


Connect = Callable[[], AbstractAsyncContextManager[Connection]]
Lifespan = Callable[[], AbstractAsyncContextManager[tuple[Connect, Tokens]]]


class ShopApi:
    """The operations over HTTP. What they need is opened when the server starts."""

    def __init__(self, lifespan: Lifespan, *, new_id: NewId) -> None:
        self._lifespan, self._new_id = lifespan, new_id
        self._connect: Connect
        self._tokens: Tokens

    def application(self) -> Starlette:
        """The ASGI application."""
        routes = [Route(one.path, self._endpoint(one), methods=[one.method]) for one in OPERATIONS]
        return Starlette(
            routes=[
                *routes,
                Route("/health", self._health, methods=["GET"]),
                Route("/openapi.json", _openapi, methods=["GET"]),
            ],
            lifespan=self._live,
            exception_handlers={
                ShopError: _refuse,
                HTTPException: _refuse_route,
                psycopg.OperationalError: _refuse_unavailable,
                psycopg.DataError: _refuse_data,
                Exception: _fail,
            },
        )

    @asynccontextmanager
    async def _live(self, _app: Starlette) -> AsyncIterator[None]:
        async with self._lifespan() as (self._connect, self._tokens):
            yield

    def _endpoint(self, operation: Operation) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            caller = await self._caller(operation, request)
            body = await _body(operation, request)
            query = _query(operation, request)
            async with self._connect() as connection:
                call = Call(
                    connection=connection,
                    path=request.path_params,
                    query=query,
                    body=body,
                    key=request.headers.get("idempotency-key", ""),
                    new_id=self._new_id,
                    caller=caller,
                )
                answer = await operation.run(call)
            return _answer(_ENCODER.encode(answer), status=operation.status)

        return endpoint

    async def _caller(self, operation: Operation, request: Request) -> Person | None:
        if not operation.is_personal:
            return None
        caller = await self._tokens.person(request.headers.get("authorization"))
        if operation.scope and operation.scope not in caller.scopes:
            raise ShopError("forbidden", f"the token lacks the scope {operation.scope}")
        return caller

    async def _health(self, _request: Request) -> Response:
        async with self._connect() as connection:
            await connection.execute("select 1")
        return _answer(b'{"status":"ok"}')


async def _openapi(_request: Request) -> Response:
    return _answer(served())


def _answer(body: bytes, *, status: int = 200) -> Response:
    return Response(body, status, media_type=_JSON, headers={"cache-control": "no-store"})


async def _body(operation: Operation, request: Request) -> Any:  # noqa: ANN401 - its own struct
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ShopError("too_large", f"a body may have {LARGEST_BODY} bytes")
    if operation.takes is None:
        return None
    try:
        return msgspec.json.decode(bytes(body), type=operation.takes)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ShopError("invalid", f"the body cannot be taken: {error}") from error


def _query(operation: Operation, request: Request) -> Any:  # noqa: ANN401 - its own struct
    if operation.query is None:
        return None
    try:
        return msgspec.convert(dict(request.query_params), operation.query, strict=False)
    except msgspec.ValidationError as error:
        raise ShopError("invalid", f"the query cannot be taken: {error}") from error


async def _refuse(_request: Request, problem: Exception) -> Response:
    return problem_response(problem) if isinstance(problem, ShopError) else _internal()


async def _refuse_route(_request: Request, error: Exception) -> Response:
    is_method = isinstance(error, HTTPException) and error.status_code == 405
    code = "method_not_allowed" if is_method else "not_found"
    response = problem_response(ShopError(code, "see /openapi.json for what can be asked"))
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


async def _refuse_unavailable(_request: Request, error: Exception) -> Response:
    log.error("the database did not answer: %s", error)
    return problem_response(ShopError("unavailable", "the database does not answer; ask again"))


async def _refuse_data(_request: Request, _error: Exception) -> Response:
    """What JSON and addresses may hold and PostgreSQL's texts may not, such as NUL."""
    return problem_response(ShopError("invalid", "a text holds what cannot be stored"))


async def _fail(_request: Request, _error: Exception) -> Response:
    return _internal()


def _internal() -> Response:
    return problem_response(ShopError("internal", "the shop failed; its log says why"))
