"""The scheduled ETL on AWS Lambda: ``clickstream.entrypoints.lambda_etl.handler``.

EventBridge starts it; a person may too, with ``{"from": …, "to": …}`` to read those hours of
receipt again (instants, both included), or ``{"all": true}`` to look through the whole lake.
"""

import logging
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol
from uuid import uuid4

from clickstream.contract import Rejected, parse_instant
from clickstream.entrypoints.aftercare import look_after
from clickstream.entrypoints.embedded_metrics import metric_line
from clickstream.entrypoints.loading import CLOCK, erase_missed, etl_rules, expire_daily
from clickstream.entrypoints.logs import set_up_logs
from clickstream.entrypoints.settings import Settings, load_settings
from clickstream.entrypoints.vault import read_connection
from clickstream.errors import BusyError, SettingsError
from clickstream.etl import Options, RunReport, Window, run
from clickstream.etl.run import Status
from clickstream.lake import open_lake
from clickstream.warehouse.connect import connect
from clickstream.warehouse.size import stored_bytes

logger = logging.getLogger(__name__)


class Context(Protocol):
    """What of Lambda's context counts here."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """What is left until Lambda ends the function."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, object]:
    """Load what is new, or the window that ``event`` names; the run's counts.

    Stops cleanly when CLICKSTREAM_ETL_RESERVE remains; the next run goes on. Where another ETL is
    at work the answer's status is `busy`. An error leaves whole slices behind and ends the
    invocation as failed, so that it is tried again and the alarm hears of it.
    """
    settings = load_settings()
    set_up_logs("etl", level=settings.log_level)
    options = Options(
        slice_events=settings.etl_slice,
        everything=bool(event.get("all")),
        window=read_window(event),
        waits=False,
    )

    def should_stop() -> bool:
        return context.get_remaining_time_in_millis() < settings.etl_reserve / timedelta(
            milliseconds=1
        )

    with connect(
        warehouse_url(settings), role="clickstream_etl", application_name="clickstream lambda etl"
    ) as connection:
        lake = open_lake(settings.lake_url)
        erase_missed(settings, lake, connection)
        try:
            report = run(
                lake,
                connection,
                rules=etl_rules(settings),
                run_id=uuid4(),
                clock=CLOCK,
                options=options,
                should_stop=should_stop,
            )
        except BusyError as busy:
            logger.warning("left to the ETL at work: %s", busy)
            return {"status": "busy"}
        sys.stdout.write(metrics_of(report, stored_bytes(connection)) + "\n")
        if settings.lake_retention and not should_stop():
            expire_daily(settings, lake, connection)
        if not should_stop():
            found = look_after(connection, settings, report, now=CLOCK())
            sys.stdout.write(metric_line({"Anomalies": found}, CLOCK()) + "\n")
    return {"run_id": str(report.run_id), "status": report.status.value, **report.tally.facts()}


def warehouse_url(settings: Settings) -> str:
    """The warehouse's connection string, with its password from the vault where one is named."""
    if settings.warehouse_url is not None:
        return settings.warehouse_url
    if settings.warehouse_url_from is None:
        raise SettingsError(
            "CLICKSTREAM_WAREHOUSE_URL_FROM", None, "a function needs the warehouse's URL, or this"
        )
    return read_connection("CLICKSTREAM_WAREHOUSE_URL_FROM", settings.warehouse_url_from)


def metrics_of(report: RunReport, stored: int) -> str:
    """What CloudWatch counts of a run; one that was stopped early is no success yet."""
    tally = report.tally
    values = {
        "Runs": int(report.status is Status.SUCCEEDED),
        "Objects": tally.objects,
        "Events": tally.events,
        "Duplicates": tally.duplicates,
        "Rejected": tally.rejected,
        "Seconds": report.seconds,
        "WarehouseBytes": stored,
    }
    return metric_line(values, CLOCK(), run_id=str(report.run_id))


def read_window(event: Mapping[str, Any]) -> Window | None:
    """The window that an invocation asks for, if any. Raises ``SettingsError``."""
    if "from" not in event and "to" not in event:
        return None
    try:
        start = parse_instant(event["from"], field="from")
        end = parse_instant(event["to"], field="to") if event.get("to") else CLOCK()
    except KeyError:
        raise SettingsError("to", event["to"], "it needs a from, the first hour") from None
    except Rejected as refused:
        raise SettingsError(str(refused.field), event, refused.message) from refused
    if end < start:
        raise SettingsError("to", event["to"], f"an instant after {start} is expected")
    return Window(start, end)
