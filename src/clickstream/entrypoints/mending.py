"""Quarantine replayed and the warehouse rebuilt, from the command line."""

from uuid import uuid4

from clickstream.contract import Reason
from clickstream.entrypoints.loading import CLOCK, etl_rules
from clickstream.entrypoints.progress import progress
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.stopping import stop_on_signal
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.etl import quarantine
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
