"""Runs the collector on Granian until it is asked to stop."""

import gc
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from clickstream.ingest.collector.app import Collector
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.ids import random_ids, request_ids
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.lake import open_lake

_GRACE_SECONDS = 45
"""Longer than the lake may take, so that a stop loses nothing that was acknowledged or waits."""


def serve(settings: CollectorSettings, *, log_config: dict[str, Any] | None = None) -> None:
    """Serves until SIGTERM or SIGINT; what is being received then is still kept and answered.

    A worker that dies is replaced. `log_config`, as `logging.config.dictConfig` takes it, sets up
    the log of each worker.
    """
    with tempfile.NamedTemporaryFile(prefix="clickstream-counters-") as counters:
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
            backpressure=4096,
            log_level=LogLevels(settings.log_level),
            log_dictconfig=log_config,
            respawn_failed_workers=True,
            workers_kill_timeout=_GRACE_SECONDS,
        )
        load = partial(load_worker, settings, counters.name)
        server.serve(target_loader=load, wrap_loader=False)


def load_worker(settings: CollectorSettings, counters_path: str) -> Any:  # noqa: ANN401
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
    )
