"""What was not taken: looked at, counted, and tried again after a fix.

A line in quarantine names its object and its place in it, so that trying again is reading the
object again as any load does: what the warehouse already has of it stays as it is.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import psycopg
from msgspec import Struct

from clickstream.contract import Reason
from clickstream.etl.discover import still_there
from clickstream.etl.rules import Rules
from clickstream.etl.run import Clock, Options, RunReport, run
from clickstream.etl.tally import Tally
from clickstream.lake import Lake

Place = tuple[str, int]
"""An object's key and a line of it; line 0 is the object as a whole."""


class Quarantined(Struct, frozen=True):
    """One line that was not taken."""

    object_key: str
    object_line: int
    reason: str
    message: str
    received_at: datetime | None
    quarantined_at: datetime


class Replay(Struct, frozen=True):
    """What came of trying again."""

    report: RunReport | None
    """The run that read the objects again; None where none is left to read."""
    tried: int
    """Lines that were in quarantine for the reasons asked for."""
    accepted: int
    """Of these, lines that are in the tables now."""
    refused: int
    """Of these, lines that are in quarantine still, or that a stopped run did not come to."""
    gone: tuple[str, ...]
    """Objects that the lake no longer holds; their lines stay in quarantine, and cannot leave."""
    gone_lines: int


def listed(
    connection: psycopg.Connection, *, reason: Reason | None = None, limit: int | None = None
) -> list[Quarantined]:
    """The lines in quarantine, those that came last first."""
    rows = connection.execute(
        "select object_key, object_line, reason, message, received_at, quarantined_at"
        " from quarantine where %(reason)s::text is null or reason = %(reason)s"
        " order by quarantined_at desc, object_key, object_line limit %(limit)s",
        {"reason": reason, "limit": limit},
    )
    return [Quarantined(*row) for row in rows.fetchall()]


def counted(connection: psycopg.Connection) -> dict[str, int]:
    """How many lines each reason keeps in quarantine, the most frequent first."""
    rows = connection.execute(
        "select reason, count(*) from quarantine group by reason order by count(*) desc, reason"
    )
    return dict(rows.fetchall())


def replay(
    lake: Lake,
    connection: psycopg.Connection,
    *,
    rules: Rules,
    run_id: UUID,
    clock: Clock,
    reason: Reason | None = None,
    slice_events: int = Options().slice_events,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Tally], None] = lambda _tally: None,
) -> Replay:
    """Read the objects of quarantined lines again; lines that are taken now leave quarantine.

    An object is read as a whole: its lines in quarantine for other reasons are tried too. Raises
    what `run` raises; a replay that fails or is stopped leaves whole slices behind.
    """
    connection.autocommit = True
    before = _places(connection, reason)
    keys = sorted({key for key, _line in before})
    there = still_there(lake, keys)
    gone = tuple(key for key in keys if key not in there)
    asked = tuple(key for key in keys if key in there)
    report = None
    if asked:
        report = run(
            lake,
            connection,
            rules=rules,
            run_id=run_id,
            clock=clock,
            options=Options(slice_events=slice_events, keys=asked, waits=True),
            should_stop=should_stop,
            on_progress=on_progress,
        )
    lost = {place for place in before if place[0] not in there}
    refused = (before - lost) & _places(connection, None)
    return Replay(
        report=report,
        tried=len(before),
        accepted=len(before) - len(lost) - len(refused),
        refused=len(refused),
        gone=gone,
        gone_lines=len(lost),
    )


def _places(connection: psycopg.Connection, reason: Reason | None) -> set[Place]:
    rows = connection.execute(
        "select object_key, object_line from quarantine"
        " where %(reason)s::text is null or reason = %(reason)s",
        {"reason": reason},
    )
    return {(str(key), int(line)) for key, line in rows.fetchall()}
