"""``clickstream report``: every question that analytics answers."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.analytics import Report
    from clickstream.analytics.options import Compare, Interval, Traffic


def add_to(app: typer.Typer) -> None:
    example = "clickstream report trends --metric visitors --interval week --filter channel=Email"
    app.command(epilog=f"Example: {example}")(report)


def report(
    name: Annotated[
        str | None, typer.Argument(help="Which report; without one, all are listed.")
    ] = None,
    *,
    from_: Annotated[
        str | None, typer.Option("--from", help="First day.", show_default="29 days before --to")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Last day.", show_default="today")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Whose days they are.", show_default="the warehouse's")
    ] = None,
    bots: Annotated[str, typer.Option(help="Bots: exclude, include or only.")] = "exclude",
    internal: Annotated[
        str, typer.Option(help="Internal traffic: exclude, include or only.")
    ] = "exclude",
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", help="FIELD=VALUE or FIELD!=VALUE, as often as wanted."),
    ] = None,
    metrics: Annotated[
        list[str] | None, typer.Option("--metric", help="What is drawn (trends).")
    ] = None,
    interval: Annotated[str | None, typer.Option(help="hour, day, week or month (trends).")] = None,
    by: Annotated[str | None, typer.Option(help="The field to break down by.")] = None,
    compare: Annotated[
        str | None, typer.Option(help="previous or none: the days before (overview, trends).")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Rows at most; 0 for all.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Answer a question: overview, trends, events, products, orders.

    Money is exact; rows with money carry its currency. Bots and internal traffic are left out
    unless asked for, and the answer says how much that was.
    """
    from clickstream.analytics import ReportOptions, run_report
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.wiring import reading

    if name is None:
        list_reports(form)
        return
    options = ReportOptions(
        now=datetime.now(UTC),
        from_=_day("--from", from_),
        to=_day("--to", to),
        timezone=timezone,
        bots=cast("Traffic", bots),
        internal=cast("Traffic", internal),
        filters=tuple(filters or ()),
        metrics=tuple(metrics) if metrics else None,
        interval=cast("Interval | None", interval),
        by=by,
        compare=cast("Compare | None", compare),
        limit=limit,
    )
    with reading(load_settings()) as connection:
        answer = run_report(connection, name, options)
    show(answer, form)


def list_reports(form: Format) -> None:
    """Every report with the line that says what it tells, and the options of its own."""
    from clickstream.analytics import KINDS
    from clickstream.analytics.options import flag
    from clickstream.entrypoints.output import write_rows

    rows = [
        {
            "report": kind.name,
            "tells": kind.summary,
            "options": " ".join(f"--{flag(option)}" for option in kind.takes),
        }
        for kind in KINDS.values()
    ]
    write_rows(form, "report", rows, columns=["report", "tells", "options"])


def show(answer: "Report", form: Format) -> None:
    """Write a report in one of the forms."""
    from clickstream.entrypoints import output

    columns = [column.name for column in answer.columns]
    if form is Format.JSON:
        output.write_json(answer.document())
    elif form is Format.CSV:
        output.write_csv(columns, answer.rows)
    else:
        days = f"{answer.params['from']} to {answer.params['to']}, {answer.params['timezone']}"
        notes = [*answer.notes, *_left_out(answer)]
        output.write_table(f"{answer.name}: {days}", columns, answer.rows, notes=notes)


def _left_out(answer: "Report") -> list[str]:
    return [
        f"Left out, as {kind}: {count['sessions']:,} sessions with {count['events']:,} events "
        f"(--{kind} include counts them)."
        for kind, count in answer.excluded.items()
        if count["events"]
    ]


def _day(option: str, text: str | None) -> date | None:
    from clickstream.errors import ReportError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ReportError(f"{option} is {text!r}; give a day such as 2026-01-31") from None
