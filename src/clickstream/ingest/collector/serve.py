"""Runs the collector on Granian until it is asked to stop."""

import gc
import os
import resource
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from clickstream.ingest.collector.app import Collector
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.ids import random_ids, request_ids
from clickstream.ingest.collector.limiter import RateLimiter
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.lake import open_lake

_GRACE_SECONDS = 45
"""Longer than the lake may take, so that a stop loses nothing that was acknowledged or waits."""
_CONNECTIONS: Final = 4096
"""Of each worker at once; more wait to be accepted."""
_HEAD_BYTES: Final = 64 * 1024
"""Of a request's line and headers; a larger one is answered with 431."""


class _Limit(NamedTuple):
    """What all workers have to know to count an address in the same place."""

    path: str
    secret: bytes


def serve(settings: CollectorSettings, *, log_config: dict[str, Any] | None = None) -> None:
    """Serves until SIGTERM or SIGINT; what is being received then is still kept and answered.

    A worker that dies is replaced. `log_config`, as `logging.config.dictConfig` takes it, sets up
    the log of each worker.
    """
    _allow_open_files()
    with (
        tempfile.NamedTemporaryFile(prefix="clickstream-counters-") as counters,
        tempfile.NamedTemporaryFile(prefix="clickstream-limits-") as buckets,
    ):
        server = Server(
            "collector",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.RSGI,
            workers=settings.workers,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            websockets=False,
            backlog=2048,
            backpressure=_CONNECTIONS,
            http1_settings=HTTP1Settings(
                header_read_timeout=round(settings.header_timeout * 1000),
                max_buffer_size=_HEAD_BYTES,
            ),
            log_level=LogLevels(settings.log_level),
            log_dictconfig=log_config,
            respawn_failed_workers=True,
            workers_kill_timeout=_GRACE_SECONDS,
        )
        limit = _Limit(buckets.name, os.urandom(16)) if settings.rate_limit else None
        load = partial(load_worker, settings, counters.name, limit)
        server.serve(target_loader=load, wrap_loader=False)


def _allow_open_files() -> None:
    """Lets each worker have as many connections as it may take, where the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _CONNECTIONS + 1024
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def load_worker(
    settings: CollectorSettings, counters_path: str, limit: _Limit | None = None
) -> Any:  # noqa: ANN401
    """The application of one worker, made in its process."""
    # A request leaves no cycles behind; looking for them at each 700th object took a tenth.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    ids: Callable[[], str] = random_ids().__next__
    return Collector(
        open_lake(settings.lake_url),
        settings,
        counters=Counters(counters_path, slots=2 * settings.workers),
        clock=partial(datetime.now, UTC),
        new_id=ids,
        new_request_id=request_ids().__next__,
        new_uuid=uuid.uuid4,
        limiter=_limiter(settings, limit),
    )


def _limiter(settings: CollectorSettings, limit: _Limit | None) -> RateLimiter | None:
    if limit is None or settings.rate_limit is None:
        return None
    return RateLimiter(
        limit.path,
        per_second=settings.rate_limit,
        burst=settings.rate_burst or 10 * settings.rate_limit,
        secret=limit.secret,
    )
