"""``clickstream check``: whether the data can be relied on."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.quality.checking import Result
    from clickstream.quality.declared import Check

COLUMNS = ("check", "status", "table", "expected", "found", "examples", "advice")


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream check --only orders_match_purchases")(check)


def check(
    *,
    only: Annotated[
        list[str] | None, typer.Option(help="A check's name, as often as wanted; all of them.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check the whole warehouse: keys, references, values, freshness, volume, and aggregates.

    Ends with 1 when a check fails; a warning is none. Checks of your own stand in the settings
    file's table [checks]; see docs/quality.md.
    """
    from clickstream.entrypoints.output import write_csv, write_json
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.wiring import ready_warehouse
    from clickstream.quality.checking import run_checks
    from clickstream.quality.declared import read_checks
    from clickstream.warehouse.connect import connect

    settings = load_settings()
    checks = _chosen(read_checks(settings.checks), only)
    with (
        ready_warehouse(settings) as url,
        connect(url, role="clickstream_etl", application_name="clickstream check") as connection,
    ):
        results = run_checks(
            connection, checks, run_id=uuid4(), now=datetime.now(UTC), zone=settings.timezone
        )
    rows = [_row(one) for one in results]
    if form is Format.JSON:
        write_json({"command": "check", "rows": rows})
    elif form is Format.CSV:
        flat = [
            {**row, "examples": " | ".join(one.examples)}
            for row, one in zip(rows, results, strict=True)
        ]
        write_csv(COLUMNS, flat)
    else:
        _show(results)
    if any(one.status == "failed" for one in results):
        raise typer.Exit(1)


def _chosen(checks: "tuple[Check, ...]", only: list[str] | None) -> "tuple[Check, ...]":
    from clickstream.errors import SettingsError

    if not only:
        return checks
    known = {one.name: one for one in checks}
    for name in only:
        if name not in known:
            raise SettingsError("--only", name, f"one of {', '.join(known)} is expected")
    return tuple(known[name] for name in only)


def _row(one: "Result") -> dict[str, object]:
    return {
        "check": one.check, "status": one.status, "table": one.table, "expected": one.expected,
        "found": one.found, "message": one.message, "examples": list(one.examples),
        "advice": one.advice,
    }  # fmt: skip


def _show(results: "list[Result]") -> None:
    """A line a check; below what is not as it should be, examples and what to do."""
    colors = {"passed": typer.colors.GREEN, "warned": typer.colors.YELLOW}
    width = max(len(one.check) for one in results) if results else 0
    for one in results:
        status = typer.style(f"{one.status:7}", fg=colors.get(one.status, typer.colors.RED))
        typer.echo(f"{status}  {one.check:{width}}  {one.table:15}  {one.expected}")
        if one.status == "passed":
            continue
        found = one.message if one.found is None else f"found {one.found:,} row(s) too many"
        typer.echo(f"{'':9}{found}")
        for example in one.examples:
            typer.echo(f"{'':11}{_plain(example)}")
        if one.advice:
            typer.echo(f"{'':9}→ {one.advice}")
    counts = {
        status: sum(one.status == status for one in results) for status in ("failed", "warned")
    }
    typer.echo(f"{len(results)} checks, {counts['failed']} failed, {counts['warned']} warned")


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
