"""``clickstream report``: every question that analytics answers."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs
# ruff: noqa: ARG001 - the options are read from the context, by the names that analytics has

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clickstream.entrypoints.commands import report_options as own
from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.analytics import Report


def add_to(app: typer.Typer) -> None:
    example = "clickstream report trends --metric visitors --interval week --filter channel=Email"
    app.command(epilog=f"Example: {example}")(report)


def report(
    context: typer.Context,
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
    segments: Annotated[
        list[str] | None,
        typer.Option(
            "--segment",
            help="A segment, saved or built in: champions, lapsed, new, …; all of them.",
        ),
    ] = None,
    compare: own.Compare = None,
    metrics: own.Metrics = None,
    interval: own.Interval = None,
    by: own.By = None,
    limit: own.Limit = None,
    steps: own.Steps = None,
    exclude_steps: own.ExcludeSteps = None,
    funnel: own.Funnel = None,
    order: own.Order = None,
    window: own.Window = None,
    unit: own.Unit = None,
    trend: own.Trend = None,
    node: own.Node = None,
    start: own.Start = None,
    end: own.End = None,
    length: own.Length = None,
    merge: own.Merge = None,
    merge_repeats: own.MergeRepeats = None,
    from_first: own.FromFirst = None,
    on_or_after: own.OnOrAfter = None,
    model: own.Model = None,
    lookback: own.Lookback = None,
    kind: own.Kind = None,
    minutes: own.Minutes = None,
    before: own.Before = None,
    event: own.Event = None,
    time_unit: own.TimeUnit = None,
    calibration_end: own.CalibrationEnd = None,
    horizon: own.Horizon = None,
    monetary: own.Monetary = None,
    tolerance: own.Tolerance = None,
    uncounted_status: own.UncountedStatus = None,
    orders_url: Annotated[
        str | None,
        typer.Option(
            help="The shop's database, postgresql://…, read for its orders (reconcile).",
            metavar="URL",
        ),
    ] = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL instead of running it.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Answer a question about visitors, products, orders; without a name, list the questions.

    Rows with money carry its currency. Bots and internal traffic are left out unless asked for,
    and the answer says how much that was.
    """
    from clickstream.analytics import ReportOptions, read_saved, report_sql, run_report
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.wiring import reading
    from clickstream.errors import ReportError

    if name is None:
        list_reports(form)
        return
    settings = load_settings()
    saved = read_saved(settings.funnels, settings.segments, settings.report_filters)
    options = ReportOptions(now=datetime.now(UTC), saved=saved, **_given(context.params))
    if orders_url and name != "reconcile":
        raise ReportError(f"The report {name} takes no --orders-url; reconcile does.")
    with reading(settings) as connection:
        if orders_url:
            from clickstream.entrypoints.shop_orders import bring_orders

            bring_orders(connection, orders_url, query=settings.orders_query)
        if sql:
            typer.echo(report_sql(connection, name, options))
            return
        answer = run_report(connection, name, options)
    show(answer, form)


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as analytics takes them."""
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list | tuple) else value
        for name, value in params.items()
        if name not in {"name", "form", "sql", "orders_url"}
        and value is not None
        and value not in ([], ())
    }
    for name in given.keys() & {"from_", "to"}:
        given[name] = _day(f"--{name.rstrip('_')}", given[name])
    return given


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


def _day(option: str, text: str) -> date:
    from clickstream.errors import ReportError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReportError(f"{option} is {text!r}; give a day such as 2026-01-31") from None
