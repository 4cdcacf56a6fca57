"""``clickstream retention``: what the settings keep no longer is removed."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from typing import Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream retention --dry-run")(retention)


def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; nothing is changed.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Remove what is older than the settings keep, from the warehouse and from the lake.

    Each load does it for the warehouse, and the ETL's loop once a day for a lake in a folder; a
    bucket's objects expire by its lifecycle rule, or by this command. Expired events leave every
    table and number, as if they had never come.
    """
    from clickstream.entrypoints import personal
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings

    settings = load_settings()
    set_up_logs("retention", level="error" if is_watched() else settings.log_level)
    done = personal.expire_now(settings, is_dry=dry_run)
    facts = {
        "dry_run": dry_run,
        "warehouse_kept_from": done.warehouse_kept_from,
        "events": done.events,
        "lake_kept_from": done.lake.kept_from,
        "objects": done.lake.objects,
        "bytes": done.lake.bytes,
        "versions": done.lake.versions,
        "erasures": done.lake.erasures,
    }
    write_facts(form, "retention", facts)
