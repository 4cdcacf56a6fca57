"""ETL runs from the command line: once, over a window again, or for ever."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg

from clickstream.contract import ALIASES
from clickstream.entrypoints.aftercare import look_after
from clickstream.entrypoints.progress import is_watched, progress
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.stopping import stop_on_signal
from clickstream.entrypoints.telemetry import write_metrics
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.errors import BusyError, ClickstreamError
from clickstream.etl import Options, Rules, RunReport, run
from clickstream.etl.privacy.expiry import Lasts, expire_lake
from clickstream.etl.privacy.forget import Desk
from clickstream.etl.privacy.missed import carry_out_missed
from clickstream.etl.tally import Tally
from clickstream.lake import EVENTS, Lake, open_lake
from clickstream.warehouse.connect import connect

logger = logging.getLogger(__name__)
CLOCK: Callable[[], datetime] = partial(datetime.now, UTC)


def etl_rules(settings: Settings) -> Rules:
    """What the settings say of how events are read."""
    return Rules(
        timezone=settings.timezone.key,
        aliases={**ALIASES, **settings.aliases},
        key_events=frozenset({"purchase", *settings.key_events}),
        internal_hosts=frozenset(settings.internal_hosts),
        internal_networks=settings.internal_networks,
        payment_hosts=frozenset(settings.payment_providers),
        currency=settings.currency,
        country_header=settings.country_header,
        retention=settings.warehouse_retention,
    )


def load_once(settings: Settings, options: Options) -> RunReport:
    """What one run did; a stop signal ends it after the slice in hand."""
    with (
        stop_on_signal() as stop,
        ready_warehouse(settings) as url,
        connect(url, role="clickstream_etl", application_name="clickstream etl") as connection,
        progress("Loading") as advance,
    ):
        lake = open_lake(settings.lake_url)
        total = _objects_ahead(lake, connection) if is_watched() and not options.window else None

        def show(tally: Tally) -> None:
            share = min(1.0, tally.objects / total) if total else None
            advance(share, f"{tally.events:,} events")

        erase_missed(settings, lake, connection)
        report = run(
            lake,
            connection,
            rules=etl_rules(settings),
            run_id=uuid4(),
            clock=CLOCK,
            options=options,
            should_stop=stop.is_set,
            on_progress=show,
        )
        if not stop.is_set():
            look_after(connection, settings, report, now=CLOCK())
        return report


def _objects_ahead(lake: Lake, connection: psycopg.Connection) -> int | None:
    """About how many objects are new; nothing where a listing costs money."""
    if not lake.url.startswith("file:"):
        return None
    loaded = connection.execute("select count(*) from etl_objects").fetchone()
    connection.commit()
    return sum(1 for _ in lake.list(EVENTS)) - (loaded[0] if loaded else 0)


def load_for_ever(settings: Settings, options: Options, *, every: timedelta) -> None:
    """Run again and again until a stop signal; a run that fails is logged, and tried again."""
    with stop_on_signal() as stop:
        while not stop.is_set():
            try:
                _keep_loading(settings, options, every, stop.is_set, stop.wait)
            except (ClickstreamError, psycopg.Error) as error:
                logger.error("no load now; trying again in %s: %s", every, error)  # noqa: TRY400
                stop.wait(every.total_seconds())


def _keep_loading(
    settings: Settings,
    options: Options,
    every: timedelta,
    should_stop: Callable[[], bool],
    wait: Callable[[float], object],
) -> None:
    """Run again and again on one connection, until a run fails or it is told to stop."""
    lake, rules = open_lake(settings.lake_url), etl_rules(settings)
    with (
        ready_warehouse(settings) as url,
        connect(url, role="clickstream_etl", application_name="clickstream etl") as connection,
    ):
        expired_on: date | None = None
        while not should_stop():
            try:
                erase_missed(settings, lake, connection)
                report = run(
                    lake, connection, rules=rules, run_id=uuid4(), clock=CLOCK, options=options,
                    should_stop=should_stop,
                )  # fmt: skip
            finally:
                write_metrics(settings, lake, connection, now=CLOCK())
            if not should_stop():
                look_after(connection, settings, report, now=CLOCK())
            if expired_on != CLOCK().date():
                expired_on = expire_daily(settings, lake, connection)
            wait(every.total_seconds())


def erase_missed(settings: Settings, lake: Lake, connection: psycopg.Connection) -> None:
    """Erase who was erased since the backup or dump that this warehouse was restored from.

    The connection is the ETL's, in no transaction.
    """
    desk = Desk(
        lake=lake, connection=connection, rules=etl_rules(settings), new_id=uuid4, clock=CLOCK
    )
    try:
        carry_out_missed(desk)
    except BusyError as error:
        logger.warning("erasures wait for the next load: %s", error)


def expire_daily(settings: Settings, lake: Lake, connection: psycopg.Connection) -> date:
    """Remove what the lake keeps no longer, and say for which day that was done.

    A bucket's objects expire by its own lifecycle rule, or by `clickstream retention`.
    """
    now = CLOCK()
    try:
        expire_lake(
            lake, connection, lasts=Lasts(settings.lake_retention, settings.backup_retention),
            now=now, removes=lake.url.startswith("file:"),
        )  # fmt: skip
    except BusyError as error:
        logger.warning("nothing expires from the lake today: %s", error)
    return now.date()
