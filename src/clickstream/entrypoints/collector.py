"""From the settings to the collector's."""

from clickstream.entrypoints.settings import Settings
from clickstream.ingest import IngestSettings
from clickstream.ingest.collector import CollectorSettings, serve


def collect(settings: Settings) -> None:
    """Receives events until SIGTERM or SIGINT."""
    serve(collector_settings(settings))


def ingest_settings(settings: Settings) -> IngestSettings:
    """What the Lambda handler and the collector share."""
    return IngestSettings(
        allowed_origins=settings.allowed_origins,
        trusted_proxies=settings.trusted_proxies,
        keep_addresses=settings.keep_addresses,
        country_header=settings.country_header,
    )


def collector_settings(settings: Settings) -> CollectorSettings:
    """What the collector's room wants to know of the settings."""
    return CollectorSettings(
        lake_url=settings.lake_url,
        host=settings.collector_host,
        port=settings.collector_port,
        workers=settings.collector_workers,
        ingest=ingest_settings(settings),
        metrics_for_all=settings.metrics == "all",
        log_level=settings.log_level,
    )
