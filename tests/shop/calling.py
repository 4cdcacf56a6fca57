"""The API in this process, on an event loop of its own, called from any thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from starlette.applications import Starlette


class Client:
    """Calls that wait for their answers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: httpx.AsyncClient) -> None:
        self._loop, self._client = loop, client

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        asked = self._client.request(method, path, **options)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(timeout=60)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PATCH", path, **options)


@contextmanager
def calling(app: Starlette) -> Iterator[Client]:
    """The application, started and stopped as a server would."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stop = asyncio.Event()
    started: Any = asyncio.run_coroutine_threadsafe(_live(app, stop), loop).result(timeout=60)
    client, living = started
    try:
        yield Client(loop, client)
    finally:
        loop.call_soon_threadsafe(stop.set)
        asyncio.run_coroutine_threadsafe(_ended(living), loop).result(timeout=60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=60)
        loop.close()


async def _live(app: Starlette, stop: asyncio.Event) -> tuple[httpx.AsyncClient, Any]:
    ready = asyncio.Event()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://shop.test")

    async def live() -> None:
        async with app.router.lifespan_context(app), client:
            ready.set()
            await stop.wait()

    living = asyncio.ensure_future(live())
    waiting = asyncio.ensure_future(ready.wait())
    await asyncio.wait({living, waiting}, return_when=asyncio.FIRST_COMPLETED)
    return client, living


async def _ended(living: Any) -> None:
    await living
