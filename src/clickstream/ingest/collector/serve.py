"""Runs the collector on uvicorn until it is asked to stop."""

import gc
import os
import resource
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from clickstream.ingest.collector.app import Collector
from clickstream.ingest.collector.connection import MOST_CONNECTIONS, Connection
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.ids import random_ids, request_ids
from clickstream.ingest.collector.limiter import RateLimiter
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.lake import open_lake

_GRACE_SECONDS = 45
"""Longer than the lake may take, so that a stop loses nothing that was acknowledged or waits."""
_HUNG_SECONDS = 60
"""A worker that says nothing for so long is replaced."""


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
        limit = _Limit(buckets.name, os.urandom(16)) if settings.rate_limit else None
        config = Config(
            partial(load_worker, settings, counters.name, limit, parent=os.getpid()),
            factory=True,
            interface="asgi3",
            lifespan="on",
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            loop="uvloop",
            http=Connection,
            ws="none",
            backlog=2048,
            proxy_headers=False,  # whose word counts is the collector's own business
            log_config=log_config,
            log_level=None if log_config else settings.log_level,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_worker_healthcheck=_HUNG_SECONDS,
        )
        Multiprocess(config, sockets=[config.bind_socket()]).run()


def _allow_open_files() -> None:
    """Lets each worker have as many connections as it may take, where the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_CONNECTIONS + 1024
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def load_worker(
    settings: CollectorSettings, counters_path: str, limit: _Limit | None = None, *, parent: int
) -> Collector:
    """The application of one worker, made in its process; it ends with the process `parent`."""
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
        parent=parent,
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
