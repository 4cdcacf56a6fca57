"""The metrics of the ETL, the warehouse and its backups: a file beside the data, kept up to date.

The collector hands the file out with its own counts at `/metrics`; a node exporter's textfile
collector can read it as it is; and `clickstream metrics` prints the same.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from clickstream.entrypoints.settings import ETL_METRICS, Settings
from clickstream.errors import ClickstreamError
from clickstream.etl.metrics import Sample, backlog, exposition, gauge, measure, samples
from clickstream.etl.privacy import erasures
from clickstream.lake import Lake
from clickstream.warehouse.backup import backups_in, taken_at

logger = logging.getLogger(__name__)


def metrics_file(settings: Settings) -> Path:
    """Where an ETL loop leaves its metrics."""
    return settings.data_dir / ETL_METRICS


def metrics_text(
    settings: Settings, lake: Lake, connection: psycopg.Connection, *, now: datetime
) -> str:
    """All metrics but the collector's, in Prometheus's text format."""
    return exposition(_all(settings, lake, connection, now))


def write_metrics(
    settings: Settings, lake: Lake, connection: psycopg.Connection, *, now: datetime
) -> None:
    """Leave the metrics in their file, at once and whole. A failure is only logged."""
    path = metrics_file(settings)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(metrics_text(settings, lake, connection, now=now), encoding="utf-8")
        fresh.replace(path)
    except (OSError, ClickstreamError, psycopg.Error) as error:
        logger.error("the metrics could not be written to %s: %s", path, error)  # noqa: TRY400


def _all(
    settings: Settings, lake: Lake, connection: psycopg.Connection, now: datetime
) -> Iterator[Sample]:
    yield from samples(measure(connection, now=now))
    waiting = backlog(lake, connection, now=now)
    yield from gauge(
        "clickstream_etl_backlog_objects", "Objects of the last two hours not loaded yet.", waiting
    )
    latest = next(iter(backups_in(settings.backup_dir)), None)
    yield from gauge(
        "clickstream_backup_last_timestamp_seconds",
        "When the latest backup was taken.",
        taken_at(latest).timestamp() if latest else None,
    )
    unfinished = sum(not one.is_finished for one in erasures.listed(lake))
    yield from gauge(
        "clickstream_erasures_unfinished", "Erasures that were begun and not ended.", unfinished
    )
    yield from gauge(
        "clickstream_data_free_bytes",
        "Free bytes of the disk with the data folder.",
        shutil.disk_usage(_existing(settings.data_dir)).free,
    )
    yield from gauge(
        "clickstream_etl_metrics_timestamp_seconds", "When these were taken.", now.timestamp()
    )


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())
