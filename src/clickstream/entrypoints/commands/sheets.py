"""``clickstream import --as spend|orders``: what the shop knows beside its clickstream."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from clickstream.entrypoints.formats import Format
from clickstream.entrypoints.output import write_facts
from clickstream.entrypoints.progress import progress
from clickstream.entrypoints.settings import load_settings
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.etl.channels import channel_group
from clickstream.ingest.mapping import map_text
from clickstream.ingest.rejects import Rejects
from clickstream.ingest.sheets import SHEETS, Reading, SheetMap, read_sheet_map
from clickstream.warehouse.connect import connect
from clickstream.warehouse.imports import store


def import_sheet(
    file: Path, kind: str, *, map_file: Path | None, rejects: Path | None, form: Format
) -> None:
    """Put a file's rows into the warehouse, and say what became of each."""
    settings, sheet = load_settings(), SHEETS[kind]
    mapping = SheetMap()
    if map_file is not None:
        mapping = read_sheet_map(map_text(map_file), sheet, name=str(map_file))
    with (
        ready_warehouse(settings) as url,
        connect(url, role="clickstream_etl", application_name="clickstream import") as connection,
        Rejects(rejects) as refused,
        progress(f"Importing {file.name}") as advance,
    ):
        reading = Reading(
            sheet=sheet,
            mapping=mapping,
            currency=settings.currency,
            channel_of=channel_group,
            rejects=refused,
            progress=lambda done, size: advance(done / max(size, 1), ""),
        )
        stored = store(connection, kind, reading.records(file), now=datetime.now(UTC))
    facts = {
        "rows": reading.rows,
        "stored": stored.records,
        "different": stored.keys,
        "changed": stored.changed,
        "rejected": dict(refused.counts),
    }
    write_facts(form, "import", facts)
    for one in refused.first if form is Format.TABLE else ():
        typer.echo(f"line {one.line}: {one.reason}: {one.message}", err=True)
    if reading.rows and not stored.records:
        raise typer.Exit(1)
