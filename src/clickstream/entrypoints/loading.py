"""ETL runs from the command line: once, over a window again, or for ever."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg

from clickstream.contract import ALIASES
from clickstream.entrypoints.progress import is_watched, progress
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.stopping import stop_on_signal
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.errors import ClickstreamError
from clickstream.etl import Options, Rules, RunReport, run
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

        return run(
            lake,
            connection,
            rules=etl_rules(settings),
            run_id=uuid4(),
            clock=CLOCK,
            options=options,
            should_stop=stop.is_set,
            on_progress=show,
        )


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
        while not should_stop():
            run(
                lake, connection, rules=rules, run_id=uuid4(), clock=CLOCK, options=options,
                should_stop=should_stop,
            )  # fmt: skip
            wait(every.total_seconds())
