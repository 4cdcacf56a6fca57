"""From the settings to those that every way of receiving events shares."""

from clickstream.entrypoints.settings import Settings
from clickstream.ingest import IngestSettings


def ingest_settings(settings: Settings) -> IngestSettings:
    """What the Lambda handler and the collector have to know alike."""
    return IngestSettings(
        allowed_origins=settings.allowed_origins,
        trusted_proxies=settings.trusted_proxies,
        keep_addresses=settings.keep_addresses,
        write_keys=settings.write_keys,
        refuse_unlisted=settings.unlisted_origins == "refuse",
        country_header=settings.country_header,
        anonymizes_denied=settings.denied_consent == "anonymous",
    )
