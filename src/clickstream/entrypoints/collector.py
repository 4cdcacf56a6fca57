"""From the settings to the collector's."""

from clickstream.entrypoints.ingest_settings import ingest_settings
from clickstream.entrypoints.logs import log_config
from clickstream.entrypoints.settings import ETL_METRICS, Settings
from clickstream.ingest.collector import CollectorSettings, serve


def collect(settings: Settings) -> None:
    """Receives events until SIGTERM or SIGINT."""
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
