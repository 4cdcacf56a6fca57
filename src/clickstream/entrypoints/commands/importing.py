"""``clickstream import``: somebody else's events into the lake; spend and orders beside them."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.ingest.mapping import ImportMap


class Kind(StrEnum):
    """What a file holds."""

    EVENTS = "events"
    SPEND = "spend"
    ORDERS = "orders"


def add_to(app: typer.Typer) -> None:
    example = "clickstream import 2019-Oct.csv.gz --map examples/rees46.toml"
    app.command("import", epilog=f"Example: {example}")(import_events)


def import_events(
    file: Annotated[Path, typer.Argument(help="CSV or NDJSON, gzipped or not.")],
    *,
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map", help="TOML that says which column is which field; see docs/import.md."
        ),
    ] = None,
    kind: Annotated[
        Kind,
        typer.Option(
            "--as", help="What it holds: events, advertising spend, or the shop's own orders."
        ),
    ] = Kind.EVENTS,
    rejects: Annotated[
        Path | None, typer.Option(help="Write the rows that are not taken here, with the reason.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Bring a file of events into the lake, from where `clickstream etl` loads them.

    Contract events as NDJSON need no map. Importing a file twice changes nothing; after an
    interruption it goes on. Ends with 1 when no row could be taken. `--as spend` and `--as orders`
    go into the warehouse at once, for `report attribution` and `report reconcile`.
    """
    if kind is not Kind.EVENTS:
        from clickstream.entrypoints.commands.sheets import import_sheet

        import_sheet(file, kind.value, map_file=map_file, rejects=rejects, form=form)
        return
    import msgspec

    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.progress import progress
    from clickstream.entrypoints.settings import load_settings
    from clickstream.ingest.importing import import_file
    from clickstream.lake import open_lake

    lake = open_lake(load_settings().lake_url)
    mapping = _read_map(map_file) if map_file else None
    with progress(f"Importing {file.name}") as advance:
        report = import_file(
            file,
            lake,
            mapping=mapping,
            now=datetime.now(UTC),
            rejects=rejects,
            progress=lambda done, size: advance(done / max(size, 1), ""),
        )
    facts = msgspec.to_builtins(report)
    first = facts.pop("first_rejects")
    write_facts(form, "import", facts)
    for one in first if form is Format.TABLE else ():
        typer.echo(f"line {one['line']}: {one['reason']}: {one['message']}", err=True)
    if report.rows and not report.events + report.duplicates:
        raise typer.Exit(1)


def _read_map(path: Path) -> "ImportMap":
    from clickstream.ingest.mapping import map_text, read_map

    return read_map(map_text(path), name=str(path))
