"""Quarantine replayed and the warehouse rebuilt, from the command line."""

from datetime import timedelta
from uuid import uuid4

from clickstream.contract import Reason
from clickstream.entrypoints.loading import CLOCK, etl_rules
from clickstream.entrypoints.progress import progress
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.stopping import stop_on_signal
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.etl import quarantine
from clickstream.etl.rebuild import RebuildOptions, RebuildReport, rebuild
from clickstream.lake import open_lake
from clickstream.warehouse.connect import connect


def replay_quarantine(settings: Settings, reason: Reason | None) -> quarantine.Replay:
    """What came of trying quarantined lines again; a stop signal ends it after a slice."""
    with (
        stop_on_signal() as stop,
        ready_warehouse(settings) as url,
        connect(url, role="clickstream_etl", application_name="clickstream replay") as connection,
        progress("Replaying") as advance,
    ):
        return quarantine.replay(
            open_lake(settings.lake_url),
            connection,
            rules=etl_rules(settings),
            run_id=uuid4(),
            clock=CLOCK,
            reason=reason,
            slice_events=settings.etl_slice,
            should_stop=stop.is_set,
            on_progress=lambda tally: advance(None, f"{tally.lines:,} lines"),
        )


def rebuild_warehouse(settings: Settings, options: RebuildOptions) -> RebuildReport:
    """What a rebuild did; a stop signal ends it after a slice, with the warehouse as it was."""
    with (
        stop_on_signal() as stop,
        ready_warehouse(settings) as url,
        connect(url, application_name="clickstream rebuild") as connection,
        progress("Rebuilding") as advance,
    ):
        started_at = CLOCK()

        def show(share: float, words: str) -> None:
            advance(share, f"{words}, {time_left(CLOCK() - started_at, share)}")

        return rebuild(
            open_lake(settings.lake_url),
            connection,
            rules=etl_rules(settings),
            new_id=uuid4,
            clock=CLOCK,
            options=options,
            should_stop=stop.is_set,
            on_progress=show,
        )


def time_left(elapsed: timedelta, share: float) -> str:
    """How long the rest takes, if it goes on as it went so far."""
    if share <= 0:
        return "no estimate yet"
    seconds = elapsed.total_seconds() * (1 - share) / share
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"about {hours} h {minutes} min left"
    return f"about {minutes} min left" if minutes else f"about {seconds} s left"
