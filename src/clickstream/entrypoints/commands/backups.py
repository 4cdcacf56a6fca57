"""``clickstream backup`` and ``clickstream restore``: the warehouse as it was."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from pathlib import Path
from typing import Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream backup --out /srv/backups")(backup)
    app.command(epilog="Example: clickstream restore /srv/backups/warehouse-20260131T030000Z.zip")(
        restore
    )


def backup(
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The folder to write into.", show_default="CLICKSTREAM_BACKUP_DIR"
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write the warehouse into one file, as it is at this instant; all goes on meanwhile.

    Backups older than CLICKSTREAM_BACKUP_RETENTION are removed from the folder, but never the
    latest. The lake is not in it: it is what a warehouse can be made anew from.
    """
    from clickstream.entrypoints.backups import back_up_warehouse
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings

    settings = load_settings()
    set_up_logs("backup", level="error" if is_watched() else settings.log_level)
    done = back_up_warehouse(settings, out)
    facts = {
        "path": str(done.path),
        "taken_at": done.manifest.taken_at,
        "bytes": done.size,
        "events": done.manifest.tables["events"].rows,
        "removed": len(done.removed),
    }
    write_facts(form, "backup", facts)


def restore(
    file: Annotated[
        Path | None, typer.Argument(help="The backup.", show_default="the latest")
    ] = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the warehouse has events.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put a backup in the warehouse's place, and load from the lake what came since.

    People who were erased since the backup are erased in it before anybody sees it. The dashboard
    goes on meanwhile, and the ETL waits. Needs the user who owns the schema, and room on the disk
    for a second warehouse.
    """
    from clickstream.entrypoints.backups import restore_warehouse
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings
    from clickstream.etl import Status

    settings = load_settings()
    set_up_logs("restore", level="error" if is_watched() else settings.log_level)
    done = restore_warehouse(settings, file, replaces=replace)
    facts = {
        "path": str(done.path),
        "taken_at": done.taken_at,
        "events": done.events,
        "erased": done.erased,
        "caught_up": done.caught_up.tally.events,
        "run_id": str(done.caught_up.run_id),
    }
    write_facts(form, "restore", facts)
    if done.caught_up.status is Status.STOPPED:
        raise typer.Exit(130)
