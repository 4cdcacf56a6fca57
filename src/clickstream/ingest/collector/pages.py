"""What is to be read at the collector: health, counts, description, the tracker's scripts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from clickstream.ingest.addresses import is_local
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.exposition import exposition
from clickstream.ingest.collector.messages import Request
from clickstream.ingest.openapi import openapi
from clickstream.ingest.receive import refuse
from clickstream.ingest.routes import Answer
from clickstream.ingest.scripts import TRY_PATH, Script, load_scripts, load_try_page

Page = Callable[[Request], Answer]

_TEXT: Final = ("content-type", "text/plain; version=0.0.4; charset=utf-8")
_JSON: Final = ("content-type", "application/json")
_ANY_ORIGIN: Final = ("access-control-allow-origin", "*")
_READING: Final = frozenset({"GET", "HEAD"})


class Pages:
    """Each page by its path."""

    def __init__(
        self, counters: Counters, *, metrics_for_all: bool, more_metrics: str | None = None
    ) -> None:
        self._counters, self._metrics_for_all = counters, metrics_for_all
        self._more_metrics = more_metrics
        described = Answer(200, [_JSON, _ANY_ORIGIN], msgspec.json.encode(openapi()))
        healthy = Answer(200, [_JSON], b'{"status":"ok"}')
        self._pages: Mapping[str, Page] = {
            "/health": lambda _: healthy,
            "/metrics": self._metrics,
            "/openapi.json": lambda _: described,
            **{path: partial(_serve, script) for path, script in load_scripts().items()},
        }
        self._try_page = partial(_serve, load_try_page())

    def answer(self, request: Request) -> Answer | None:
        """The page that a request asks for; None where there is none at its path."""
        page = self._pages.get(request.path)
        if page is None and request.path == TRY_PATH and _is_local(request):
            page = self._try_page
        if page is None or request.method in _READING:
            return page and page(request)
        receipt = refuse(405, "method_not_allowed", f"{request.path} is to be read")
        return Answer(405, [_JSON, ("allow", "GET, HEAD")], receipt.body)

    def _metrics(self, request: Request) -> Answer:
        if self._metrics_for_all or _is_local(request):
            own = exposition(self._counters.totals()).encode()
            return Answer(200, [_TEXT], own + _read(self._more_metrics))
        receipt = refuse(
            403, "loopback_only", "metrics are for this machine; see CLICKSTREAM_METRICS"
        )
        return Answer(403, [_JSON], receipt.body)


def _read(file: str | None) -> bytes:
    """A file's bytes; none where there is none (yet)."""
    if file is None:
        return b""
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 - a Path costs memory in each worker
            return opened.read()
    except OSError:
        return b""


def _serve(script: Script, request: Request) -> Answer:
    return script.answer(
        accept_encoding=request.headers.get("accept-encoding", ""),
        if_none_match=request.headers.get("if-none-match", ""),
    )


def _is_local(request: Request) -> bool:
    return is_local(request.peer, request.headers)
