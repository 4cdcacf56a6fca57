"""From the settings to the collector's."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from clickstream.entrypoints.ingest_settings import ingest_settings
from clickstream.entrypoints.logs import log_config, set_up_logs
from clickstream.entrypoints.settings import ETL_METRICS, Settings
from clickstream.errors import LakeError
from clickstream.ingest.collector import CollectorSettings, serve
from clickstream.lake import open_lake
from clickstream.lake.tidy import tidy

UNFINISHED_KEPT: Final = timedelta(hours=1)
"""A write that is no older may be another collector's."""
logger = logging.getLogger(__name__)


def collect(settings: Settings) -> None:
    """Removes what killed collectors left unfinished, and receives until SIGTERM or SIGINT."""
    set_up_logs("serve", level=settings.log_level)
    try:
        removed = tidy(open_lake(settings.lake_url), before=datetime.now(UTC) - UNFINISHED_KEPT)
    except LakeError as error:
        logger.warning("unfinished writes could not be removed", extra={"error": str(error)})
    else:
        if removed:
            logger.info("unfinished writes removed", extra={"count": removed})
    serve(collector_settings(settings), log_config=log_config("serve", level=settings.log_level))


def collector_settings(settings: Settings) -> CollectorSettings:
    """What the collector's room wants to know of the settings."""
    return CollectorSettings(
        lake_url=settings.lake_url,
        host=settings.collector_host,
        port=settings.collector_port,
        workers=settings.collector_workers,
        ingest=ingest_settings(settings),
        rate_limit=settings.rate_limit,
        rate_burst=settings.rate_burst,
        metrics_for_all=settings.metrics == "all",
        more_metrics=str(settings.data_dir / ETL_METRICS),
        log_level=settings.log_level,
    )
