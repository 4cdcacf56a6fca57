"""``clickstream migrate``: bring the warehouse's schema up to date."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream migrate")(migrate)


def migrate(form: FormatOption = Format.TABLE) -> None:
    """Bring the warehouse's schema to this version: each step once, in order.

    Run it after an upgrade where CLICKSTREAM_WAREHOUSE_URL names a server of your own; the
    embedded warehouse is migrated by whatever command uses it first.
    """
    from clickstream.entrypoints.output import write_rows
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.wiring import warehouse_settings
    from clickstream.warehouse.connect import connect
    from clickstream.warehouse.migrate import migrate as apply_migrations
    from clickstream.warehouse.opened import open_warehouse

    settings = load_settings()
    with (
        open_warehouse(warehouse_settings(settings)) as url,
        connect(url, application_name="clickstream migrate") as connection,
    ):
        applied = apply_migrations(connection)
    if form is Format.TABLE and not applied:
        typer.echo("The schema is up to date.")
        return
    write_rows(form, "migrate", [{"applied": name} for name in applied], columns=["applied"])
