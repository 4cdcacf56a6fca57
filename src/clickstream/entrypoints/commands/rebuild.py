"""``clickstream rebuild``: the warehouse made anew from the lake."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from typing import TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption, read_window
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.etl.rebuild import RebuildReport

COLUMNS = ("table", "rows_before", "rows_after", "checksum_before", "checksum_after", "same")


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream rebuild --from 2026-01-01 --to 2026-01-31")(rebuild)


def rebuild(
    *,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", help="Read the lake from this hour of receipt on, or this day (UTC)."
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Up to this hour, or day, included.", show_default="now")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare: leave the warehouse as it is.")
    ] = False,
    drop_missing: Annotated[
        bool,
        typer.Option("--drop-missing", help="Go on without events that the lake has no more."),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make the warehouse anew from the lake, beside the live one, and put it in its place.

    The dashboard and the ETL go on meanwhile. Each table's checksum before and after is shown:
    they are the same unless the old tables were damaged, or other settings or another version
    made them. With --from only those hours are read from the lake; the other events are taken
    from the live tables, and all that is derived from events is derived anew. Needs the user who
    owns the schema, and room on the disk for a second warehouse. With --check it ends with 1 when
    the warehouse is not what the lake says.
    """
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.mending import rebuild_warehouse
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings
    from clickstream.etl import Status
    from clickstream.etl.rebuild import RebuildOptions

    settings = load_settings()
    set_up_logs("rebuild", level="error" if is_watched() else settings.log_level)
    options = RebuildOptions(
        slice_events=settings.etl_slice,
        window=read_window(from_, to),
        exchanges=not check,
        drops_missing=drop_missing,
    )
    report = rebuild_warehouse(settings, options)
    if report.status is Status.STOPPED:
        typer.echo("Stopped; the warehouse is as it was.", err=True)
        raise typer.Exit(130)
    _show(report, form)
    if check and not report.is_same:
        raise typer.Exit(1)


def _show(report: "RebuildReport", form: Format) -> None:
    from clickstream.entrypoints import output

    rows = [
        {
            "table": one.table,
            "rows_before": one.before.rows,
            "rows_after": one.after.rows,
            "checksum_before": one.before.digest,
            "checksum_after": one.after.digest,
            "same": one.is_same,
        }
        for one in report.tables
    ]
    facts = {
        "run_id": str(report.run_id),
        "status": report.status.value,
        "exchanged": report.is_exchanged,
        "same": report.is_same,
        "missing": report.missing,
        "seconds": round(report.seconds, 3),
        "notes": report.notes,
        **report.tally.facts(),
    }
    if form is Format.JSON:
        output.write_json({"command": "rebuild", **facts, "rows": rows})
    elif form is Format.CSV:
        output.write_csv(COLUMNS, rows)
    else:
        output.write_table("Rebuild", COLUMNS, rows, notes=[*report.notes, _sentence(report)])


def _sentence(report: "RebuildReport") -> str:
    others = [one.table for one in report.tables if not one.is_same]
    found = f"Other rows than before in: {', '.join(others)}." if others else "The same rows."
    done = "are in place" if report.is_exchanged else "were made, compared and dropped"
    return f"{found} {report.tally.events:,} events {done} after {report.seconds:,.1f} s."
