"""``clickstream forget`` and ``clickstream export-person``: what a person may ask for."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.etl.privacy.access import Held
    from clickstream.etl.privacy.forget import Proof

Users = Annotated[
    list[str] | None, typer.Option("--user-id", help="A user, on all devices; several allowed.")
]
Clients = Annotated[
    list[str] | None, typer.Option("--client-id", help="A browser, whoever used it.")
]
FromFile = Annotated[
    Path | None, typer.Option("--file", help="More of them: lines user_id=… and client_id=….")
]
OBJECT_COLUMNS = ("object_key", "action", "lines")


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream forget --user-id u-4711 --format json")(forget)
    app.command(
        "export-person",
        epilog="Example: clickstream export-person --user-id u-4711 --out u-4711.ndjson",
    )(export_person)


def forget(
    *,
    user_id: Users = None,
    client_id: Clients = None,
    file: FromFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; nothing is changed.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Carry out the whole list of erasures again; names nobody."),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Erase a person from the lake, the warehouse and quarantine, and prove it.

    A user's are all sessions that belong to them, also those before they signed in; on a device
    that others use too, theirs alone. A client's are all sessions of that browser. Numbers are as
    if those events had never come. It waits for the ETL and keeps it waiting. Killed, run it
    again: it goes on. Ends with 0 also where nothing was found, and with 1 when something remains.
    """
    from clickstream.entrypoints import personal
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings
    from clickstream.errors import SettingsError

    settings = load_settings()
    set_up_logs("forget", level="error" if is_watched() else settings.log_level)
    if again:
        if user_id or client_id or file or dry_run:
            raise SettingsError("--again", "", "nothing else beside it is expected")
        write_facts(form, "forget", {"again": True, "events": personal.erase_again(settings)})
        return
    person = personal.read_person(user_id or [], client_id or [], file)
    proof = personal.forget_person(settings, person, is_dry=dry_run)
    _show(proof, form)
    if not proof.is_found:
        typer.echo("Nothing is held on them.", err=True)
    if proof.remaining:
        raise typer.Exit(1)


def export_person(
    *,
    user_id: Users = None,
    client_id: Clients = None,
    file: FromFile = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A file to write, which only you may read.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="ndjson: a line for each; or json: one document.")
    ] = "ndjson",
) -> None:
    """Everything that is held on a person: their events as sent, and what was made of them.

    Each line has a kind (event, session, visitor, sign_in, order, refund) and its data. It is what
    `clickstream forget` with the same options would erase.
    """
    from clickstream.entrypoints import personal
    from clickstream.entrypoints.settings import load_settings
    from clickstream.errors import SettingsError

    if form not in {"json", "ndjson"}:
        raise SettingsError("--format", form, "ndjson or json is expected")
    person = personal.read_person(user_id or [], client_id or [], file)
    with personal.holdings(load_settings(), person) as held:
        if out is None:
            count = _export(held, form, sys.stdout)
        else:
            with _private_file(out) as stream:
                count = _export(held, form, stream)
    typer.echo(f"{count:,} entries." if count else "Nothing is held on them.", err=True)


def _export(held: "Iterable[Held]", form: str, stream: IO[str]) -> int:
    """Write what is held; how many entries that were."""
    from clickstream.entrypoints import output

    if form == "json":
        rows = list(held)
        output.write_json({"command": "export-person", "rows": rows}, stream)  # type: ignore[arg-type]
        return len(rows)
    count = 0
    for count, one in enumerate(held, start=1):  # noqa: B007 - the last number is the answer
        stream.write(output.ENCODER.encode(one).decode() + "\n")
    return count


def _private_file(path: Path) -> IO[str]:
    import os

    from clickstream.errors import SettingsError

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise SettingsError("--out", str(path), f"a file to write is expected: {error}") from error
    return os.fdopen(descriptor, "w", encoding="utf-8")


def _show(proof: "Proof", form: Format) -> None:
    from clickstream.entrypoints import output

    rows = [
        {"object_key": one.key, "action": one.action, "lines": one.erased} for one in proof.objects
    ]
    if proof.is_dry:
        rows = [{**row, "action": "would be erased"} for row in rows]
    facts = {
        "erasure_id": proof.erasure_id and str(proof.erasure_id),
        "dry_run": proof.is_dry,
        "found": proof.is_found,
        "events": proof.events,
        "lines": proof.lines,
        "objects": len(proof.objects),
        "versions": proof.versions,
        "tables": dict(proof.tables),
        "remaining": proof.remaining,
    }
    if form is Format.JSON:
        output.write_json({"command": "forget", **facts, "rows": rows})
    elif form is Format.CSV:
        output.write_csv(OBJECT_COLUMNS, rows)
    else:
        notes = [f"{name}: {_plain(value)}" for name, value in facts.items()]
        output.write_table("Objects of the lake", OBJECT_COLUMNS, rows, notes=notes)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count:,}" for name, count in value.items() if count) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
