"""What is done after each load: the checks, the watch over the shop's numbers with its alarms, the
details of the sessions that changed, and the answers to what reports ask by default.

None of it may fail a load that has succeeded: what goes wrong is logged, and tried again next time.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from clickstream.entrypoints.settings import Settings
from clickstream.errors import ClickstreamError
from clickstream.etl import RunReport
from clickstream.warehouse.details import refresh

logger = logging.getLogger(__name__)

LONGEST: Final = timedelta(minutes=1)
"""What deriving sessions' details, and what keeping answers, may take after a load."""


def look_after(
    connection: psycopg.Connection, settings: Settings, report: RunReport, *, now: datetime
) -> int:
    """How many anomalies were found and told of, after a load on the ETL's connection.

    The cheap checks run where the load brought events, all of them once a day.
    """
    _safely(connection, "checked", partial(_check, connection, settings, report, now))
    found = _safely(connection, "watched", partial(_watch, connection, settings, now)) or 0
    _safely(connection, "detailed", partial(refresh, connection, at_most=LONGEST))
    _safely(connection, "kept", partial(_keep, connection, settings, now))
    return found


def _safely(connection: psycopg.Connection, done: str, look: Callable[[], int]) -> int | None:
    try:
        return look()
    except Exception as error:
        # What was loaded stays loaded, whatever a look at it stumbles over.
        if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
            connection.rollback()
        is_known = isinstance(error, ClickstreamError | psycopg.Error)
        logger.error(  # noqa: TRY400 - what is ours says all in its message
            "the numbers were not %s this time: %s", done, error, exc_info=not is_known
        )
        return None


def _check(
    connection: psycopg.Connection, settings: Settings, report: RunReport, now: datetime
) -> int:
    """How many checks failed or warned."""
    from clickstream.quality.checking import is_full_due, run_checks  # noqa: PLC0415
    from clickstream.quality.declared import read_checks  # noqa: PLC0415

    is_full = is_full_due(connection, now=now)
    if not (is_full or report.tally.events):
        return 0
    results = run_checks(
        connection, read_checks(settings.checks), run_id=report.run_id, now=now,
        zone=settings.timezone, recent=not is_full,
    )  # fmt: skip
    bad = [one for one in results if one.status != "passed"]
    for one in bad:
        level = logging.ERROR if one.status == "failed" else logging.WARNING
        # Examples may be of a person, of whom logs know nothing: they stay in the table.
        found = one.message.partition(":")[0] if one.examples else one.message
        logger.log(level, "check %s %s: %s. %s", one.check, one.status, found, one.advice)
    return len(bad)


def _watch(connection: psycopg.Connection, settings: Settings, now: datetime) -> int:
    from clickstream.analytics import read_saved  # noqa: PLC0415 - not before the first load
    from clickstream.entrypoints.watching import Reports  # noqa: PLC0415
    from clickstream.quality.notify import claim, describe, send  # noqa: PLC0415
    from clickstream.quality.watch import watch  # noqa: PLC0415

    zone = settings.timezone
    saved = read_saved(settings.funnels, settings.segments, settings.report_filters)
    source = Reports(connection=connection, zone=zone, now=now, saved=saved)
    watch(connection, source, now=now, zone=zone)
    told = claim(connection, now=now)
    for one in told:
        logger.warning("anomaly: %s", describe(one, zone))
    if told and settings.webhook_url:
        send(settings.webhook_url, told, dashboard=settings.dashboard_link, zone=zone)
    return len(told)


def _keep(connection: psycopg.Connection, settings: Settings, now: datetime) -> int:
    """How many queries' rows are kept until the next load."""
    from clickstream.analytics import ReportOptions, keep_results, read_saved  # noqa: PLC0415

    saved = read_saved(settings.funnels, settings.segments, settings.report_filters)
    options = ReportOptions(now=now, saved=saved)
    return keep_results(connection, options, at_most=LONGEST)
