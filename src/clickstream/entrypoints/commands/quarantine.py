"""``clickstream quarantine``: what was not taken, why, and another try."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from typing import TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.contract import Reason

ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Only lines refused for this reason.")
]
COLUMNS = ("reason", "object_key", "object_line", "message", "received_at", "quarantined_at")


def add_to(app: typer.Typer) -> None:
    family = typer.Typer(help="Lines of the lake that were not taken: see them, try them again.")
    family.command("list", epilog="Example: clickstream quarantine list --reason invalid_json")(
        list_
    )
    family.command(epilog="Example: clickstream quarantine replay --reason unreadable_object")(
        replay
    )
    app.add_typer(family, name="quarantine", no_args_is_help=True)


def list_(
    *,
    reason: ReasonOption = None,
    limit: Annotated[int, typer.Option(min=0, help="Lines at most; 0 for all.")] = 100,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the lines in quarantine, the latest first, and how many there are for each reason.

    Line 0 is an object as a whole. The payload itself is in the lake, under the object's key.
    """
    from clickstream.entrypoints import output
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.wiring import reading
    from clickstream.etl import quarantine

    asked = _reason(reason)
    with reading(load_settings()) as connection:
        found = quarantine.listed(connection, reason=asked, limit=limit or None)
        counts = quarantine.counted(connection)
    rows = [{column: getattr(one, column) for column in COLUMNS} for one in found]
    if form is Format.JSON:
        output.write_json({"command": "quarantine list", "counts": counts, "rows": rows})
    elif form is Format.CSV:
        output.write_csv(COLUMNS, rows)
    else:
        notes = [f"{name}: {count:,}" for name, count in counts.items()]
        output.write_table("Quarantine", COLUMNS, rows, notes=notes)


def replay(*, reason: ReasonOption = None, form: FormatOption = Format.TABLE) -> None:
    """Try lines in quarantine again, after a fix: what is taken now leaves quarantine.

    Their objects are read again as a whole; nothing is counted twice. Ends with 1 when lines stay
    in quarantine, be it that they are refused again or that the lake no longer has them.
    """
    from clickstream.entrypoints.mending import replay_quarantine
    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.settings import load_settings
    from clickstream.etl import Status

    done = replay_quarantine(load_settings(), _reason(reason))
    facts = {
        "tried": done.tried,
        "accepted": done.accepted,
        "refused": done.refused,
        "gone": done.gone_lines,
        "run_id": str(done.report.run_id) if done.report else None,
    }
    write_facts(form, "quarantine replay", facts)
    for key in done.gone:
        typer.echo(f"The lake no longer holds {key}: its lines stay in quarantine.", err=True)
    if done.report and done.report.status is Status.STOPPED:
        raise typer.Exit(130)
    if done.refused or done.gone_lines:
        raise typer.Exit(1)


def _reason(text: str | None) -> "Reason | None":
    from clickstream.contract import Reason
    from clickstream.errors import SettingsError

    try:
        return Reason(text) if text is not None else None
    except ValueError:
        raise SettingsError("--reason", text, f"one of {', '.join(Reason)} is expected") from None
