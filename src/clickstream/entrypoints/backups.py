"""The warehouse backed up and restored, from settings and the command line."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from msgspec import Struct

from clickstream.entrypoints.loading import CLOCK, etl_rules
from clickstream.entrypoints.progress import progress
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.stopping import stop_on_signal
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.errors import WarehouseError
from clickstream.etl import Options, RunReport, ledger, rebuild, run
from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.forget import Desk, reapply
from clickstream.lake import Lake, open_lake
from clickstream.warehouse import backup, restore
from clickstream.warehouse.connect import connect
from clickstream.warehouse.exchange import (
    FRESH,
    adopt_grants,
    analyze,
    become_owner,
    drop_others,
    exchange,
    inside,
)
from clickstream.warehouse.load import Loader

logger = logging.getLogger(__name__)


class Backup(Struct, frozen=True):
    """A backup that was taken, and those whose time was over."""

    path: Path
    size: int
    manifest: backup.Manifest
    removed: tuple[Path, ...]


class Restored(Struct, frozen=True):
    """A warehouse that was restored, and brought up to date since."""

    path: Path
    taken_at: datetime
    events: int
    """Of the backup."""
    erased: int
    """Of these, events of people who were erased since."""
    caught_up: RunReport


def back_up_warehouse(settings: Settings, folder: Path | None) -> Backup:
    """Take a backup into a folder, and remove those that the settings keep no longer."""
    target, now = folder or settings.backup_dir, CLOCK()
    with (
        ready_warehouse(settings) as url,
        connect(
            url, role="clickstream_reader", application_name="clickstream backup", autocommit=True
        ) as connection,
        progress("Backing up") as advance,
    ):
        path = backup.back_up(
            connection, target, now=now, on_table=lambda name: advance(None, name)
        )
    removed = backup.remove_expired(target, before=now - settings.backup_retention)
    size = path.stat().st_size
    logger.info("backup", extra={"path": str(path), "bytes": size, "removed": len(removed)})
    return Backup(path, size, backup.read_manifest(path), tuple(removed))


def restore_warehouse(settings: Settings, path: Path | None, *, replaces: bool) -> Restored:
    """Put a backup in the warehouse's place, erase who was erased since, and load what came since.

    The latest backup, where no path is given. Readers see the tables of before until the new ones
    are complete.
    """
    chosen = path or next(iter(backup.backups_in(settings.backup_dir)), None)
    if chosen is None:
        raise WarehouseError(
            f"There is no backup in {settings.backup_dir}. Name the file, or set "
            "CLICKSTREAM_BACKUP_DIR to the folder with your backups."
        )
    manifest, lake = backup.read_manifest(chosen), open_lake(settings.lake_url)
    with (
        stop_on_signal() as stop,
        ready_warehouse(settings) as url,
        connect(url, application_name="clickstream restore", autocommit=True) as connection,
        progress("Restoring") as advance,
    ):
        if not (replaces or restore.is_empty(connection)):
            raise WarehouseError(
                "The warehouse has events. To put the backup in their place, say --replace; what "
                "the lake has is loaded again afterwards."
            )
        erased = _exchange(
            settings, connection, lake, chosen, on_table=lambda name: advance(None, name)
        )
        report = run(
            lake, connection, rules=etl_rules(settings), run_id=uuid4(), clock=CLOCK,
            options=Options(slice_events=settings.etl_slice, everything=True, waits=True),
            should_stop=stop.is_set,
            on_progress=lambda tally: advance(None, f"{tally.events:,} events"),
        )  # fmt: skip
    events = manifest.tables["events"].rows
    facts = {"path": str(chosen), "events": events, "erased": erased}
    logger.info("restored", extra={**facts, "run_id": str(report.run_id)})
    return Restored(chosen, manifest.taken_at, events, erased, report)


def _exchange(
    settings: Settings,
    connection: psycopg.Connection,
    lake: Lake,
    path: Path,
    *,
    on_table: Callable[[str], None],
) -> int:
    """Make the tables of a backup, erase in them who was erased, and exchange; how many events
    that were. Those who were erased are never seen again, wherever it is killed."""
    manifest = backup.read_manifest(path)
    desk = Desk(
        lake=lake, connection=connection, rules=etl_rules(settings), new_id=uuid4, clock=CLOCK
    )
    become_owner(connection)
    Loader(connection, timezone=settings.timezone.key).prepare()
    with rebuild.alone(connection), ledger.alone(connection, waits=True):
        try:
            restore.fill_fresh(connection, path, manifest, on_table=on_table)
            adopt_grants(connection)
            analyze(connection, FRESH)
            with connection.transaction():
                restore.add_history(connection, path, manifest)
                with inside(connection, FRESH):
                    erased = reapply(desk, list(erasures.listed(lake)))
            exchange(connection)
        finally:
            if not (connection.closed or connection.broken):
                drop_others(connection)
    return erased
