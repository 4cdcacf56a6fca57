"""``clickstream doctor``: what this machine has, and whether all is well."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from typing import TYPE_CHECKING

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.entrypoints.findings import Finding


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream doctor --format json")(doctor)


def doctor(form: FormatOption = Format.TABLE) -> None:
    """Look at settings, PostgreSQL, warehouse, lake, disk and ports, and say what is wrong.

    Ends with 1 when something has to be mended. Changes nothing but for a probe that it writes
    into the lake and removes again.
    """
    from clickstream.entrypoints.doctor import examine
    from clickstream.entrypoints.findings import Status
    from clickstream.entrypoints.output import write_rows
    from clickstream.entrypoints.settings import current_environment

    findings = examine(current_environment())
    if form is Format.TABLE:
        for one in findings:
            _show(one)
    else:
        columns = ["status", "check", "finding", "advice"]
        rows = [dict(zip(columns, _facts(one), strict=True)) for one in findings]
        write_rows(form, "doctor", rows, columns=columns)
    if any(one.status is Status.BAD for one in findings):
        raise typer.Exit(1)


def _facts(one: "Finding") -> tuple[str, str, str, str]:
    return one.status.value, one.name, one.finding, one.advice


def _show(one: "Finding") -> None:
    color = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW}
    status = typer.style(f"{one.status:7}", fg=color.get(one.status, typer.colors.RED))
    typer.echo(f"{status}  {one.name:11}  {one.finding}")
    if one.advice:
        typer.echo(f"{'':20}  → {one.advice}")
