"""What is done after each load: the watch over the shop's numbers, its alarms, and the checks.

None of it may fail a load that has succeeded: what goes wrong is logged, and tried again next time.
"""

import logging
from datetime import datetime

import psycopg
from psycopg.pq import TransactionStatus

from clickstream.entrypoints.settings import Settings
from clickstream.errors import ClickstreamError

logger = logging.getLogger(__name__)


def look_after(connection: psycopg.Connection, settings: Settings, *, now: datetime) -> int:
    """How many anomalies were found and told of, after a load on the ETL's connection."""
    try:
        return _watch(connection, settings, now=now)
    except (ClickstreamError, psycopg.Error) as error:
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.rollback()
        logger.error("the numbers were not watched this time: %s", error)  # noqa: TRY400
        return 0


def _watch(connection: psycopg.Connection, settings: Settings, *, now: datetime) -> int:
    from clickstream.analytics import read_saved  # noqa: PLC0415 - not before the first load
    from clickstream.entrypoints.watching import Reports  # noqa: PLC0415
    from clickstream.quality.notify import claim, describe, send  # noqa: PLC0415
    from clickstream.quality.watch import watch  # noqa: PLC0415

    zone = settings.timezone
    saved = read_saved(settings.funnels, settings.segments)
    source = Reports(connection=connection, zone=zone, now=now, saved=saved)
    watch(connection, source, now=now, zone=zone)
    told = claim(connection, now=now)
    for one in told:
        logger.warning("anomaly: %s", describe(one, zone))
    if told and settings.webhook_url:
        send(settings.webhook_url, told, dashboard=settings.dashboard_link, zone=zone)
    return len(told)
