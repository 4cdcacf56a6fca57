"""Runs the API on Granian until it is asked to stop."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import httpx
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from clickstream.shop.app import Connect, ShopApi
from clickstream.shop.ids import new_order_id
from clickstream.shop.settings import ShopSettings
from clickstream.shop.tokens import Issuer

_GRACE_SECONDS: Final = 15
_WAIT_SECONDS: Final = 5.0
"""So long a request waits for a connection before it is told to come again."""


def serve(settings: ShopSettings, *, log_config: dict[str, Any] | None = None) -> None:
    """Serves until SIGTERM or SIGINT; a worker that dies is replaced."""
    server = Server(
        "shop",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels(settings.log_level),
        log_dictconfig=log_config,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE_SECONDS,
    )
    server.serve(target_loader=partial(load_worker, settings), wrap_loader=False)


def load_worker(settings: ShopSettings) -> Starlette:
    """The application of one worker, made in its process."""
    return ShopApi(partial(opened, settings), new_id=new_order_id).application()


@asynccontextmanager
async def opened(settings: ShopSettings) -> AsyncIterator[tuple[Connect, Issuer]]:
    """The connections and the issuer's keys, for as long as the server runs."""
    pool = AsyncConnectionPool(
        settings.database_url,
        min_size=1,
        max_size=settings.connections,
        timeout=_WAIT_SECONDS,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "application_name": "clickstream shop"},
    )
    async with pool, httpx.AsyncClient(timeout=_WAIT_SECONDS) as client:
        issuer = Issuer(
            settings.issuer,
            client,
            audience=settings.audience,
            clock=time.monotonic,
            now=time.time,
        )
        yield pool.connection, issuer
