"""Runs the API on uvicorn until it is asked to stop."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import httpx
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from clickstream.shop.app import Connect, ShopApi
from clickstream.shop.ids import new_order_id
from clickstream.shop.settings import ShopSettings
from clickstream.shop.tokens import Issuer

_GRACE_SECONDS: Final = 15
_WAIT_SECONDS: Final = 5.0
"""So long a request waits for a connection before it is told to come again."""


def serve(settings: ShopSettings, *, log_config: dict[str, Any] | None = None) -> None:
    """Serves until SIGTERM or SIGINT; a worker that dies is replaced."""
    config = Config(
        partial(load_worker, settings),
        factory=True,
        lifespan="on",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=log_config,
        log_level=None if log_config else settings.log_level,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    Multiprocess(config, sockets=[config.bind_socket()]).run()


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
