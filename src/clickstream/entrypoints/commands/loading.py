"""``clickstream etl``: from the lake into the warehouse."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from typing import TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption, read_duration, read_window
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.etl import RunReport


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream etl --loop --every 5m")(etl)


def etl(
    *,
    loop: Annotated[bool, typer.Option("--loop", help="Again and again, until stopped.")] = False,
    every: Annotated[
        str | None, typer.Option(help="How often, with --loop.", show_default="30m")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through the whole lake, not only the last days.")
    ] = False,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="Read again from this hour of receipt on, or this day (UTC)."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Up to this hour, or day, included.", show_default="now")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for another ETL that is at work.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Load what is new in the lake into the warehouse: events, sessions, orders, numbers.

    It may be stopped at any time: what is loaded stays, and the next run goes on from there.
    Loading something twice changes nothing.
    """
    from clickstream.entrypoints.loading import load_for_ever, load_once
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings
    from clickstream.etl import Options, Status

    settings = load_settings()
    options = Options(
        slice_events=settings.etl_slice,
        everything=everything,
        window=read_window(from_, to),
        waits=wait or loop,
    )
    if loop:
        set_up_logs("etl", level=settings.log_level)
        pause = read_duration("--every", every) if every else settings.etl_every
        load_for_ever(settings, options, every=pause)
        return
    set_up_logs("etl", level="error" if is_watched() else settings.log_level)
    report = load_once(settings, options)
    _show(report, form)
    if report.status is Status.STOPPED:
        raise typer.Exit(130)


def _show(report: "RunReport", form: Format) -> None:
    from clickstream.entrypoints.output import write_facts

    facts = {
        "run_id": str(report.run_id),
        "status": report.status.value,
        "seconds": round(report.seconds, 3),
        **report.tally.facts(),
    }
    write_facts(form, "etl", facts)
