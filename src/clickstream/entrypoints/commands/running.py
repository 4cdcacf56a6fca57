"""``clickstream up`` and its parts: the collector and the dashboard."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

import contextlib
from dataclasses import replace
from typing import Annotated

import typer

from clickstream.entrypoints.commands.options import read_duration


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream up --demo")(up)
    app.command(epilog="Example: clickstream serve --port 8080 --workers 2")(serve)
    app.command(epilog="Example: clickstream dashboard --port 3838")(dashboard)


def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="With 30 days of history, and shoppers who go on.")
    ] = False,
    every: Annotated[str, typer.Option(help="How often what is new is loaded.")] = "10s",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The dashboard's.", show_default="3838")
    ] = None,
    collector_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The collector's.", show_default="8080")
    ] = None,
    shop: Annotated[
        bool, typer.Option("--shop", help="With the storefront, which `make shop` builds.")
    ] = False,
    shop_port: Annotated[
        int, typer.Option(min=1, max=65534, help="The storefront's; its issuer takes the next.")
    ] = 3000,
) -> None:
    """Run everything on this machine: warehouse, collector, ETL and dashboard, until Ctrl-C.

    Events, warehouse and logs lie in CLICKSTREAM_DATA_DIR (./data). A part that dies is started
    again; when this command ends, however it ends, all parts end. With --shop the storefront stands
    beside them, with a database, an API and an issuer for its sign-in of its own.
    """
    from clickstream.entrypoints.progress import is_watched
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.signing_in import check_sign_in
    from clickstream.entrypoints.stack import Stack
    from clickstream.entrypoints.storefront import Storefront

    read_duration("--every", every)
    settings = load_settings()
    settings = replace(
        settings,
        dashboard_port=port or settings.dashboard_port,
        collector_port=collector_port or settings.collector_port,
    )
    check_sign_in(settings)
    storefront = Storefront.find(settings, port=shop_port, say=typer.echo) if shop else None
    Stack(
        settings=settings, every=every, is_demo=demo, is_watched=is_watched(), say=typer.echo,
        storefront=storefront,
    ).run()  # fmt: skip


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port.", show_default="8080")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that serve.", show_default="1")
    ] = None,
) -> None:
    """Run the collector: it takes events by HTTP, and says yes once they are safe in the lake."""
    from clickstream.entrypoints.collector import collect
    from clickstream.entrypoints.ports import refuse_taken_port
    from clickstream.entrypoints.settings import load_settings

    settings = load_settings()
    settings = replace(
        settings,
        collector_host=host or settings.collector_host,
        collector_port=port or settings.collector_port,
        collector_workers=workers or settings.collector_workers,
    )
    refuse_taken_port(settings.collector_host, settings.collector_port, "clickstream serve --port")
    collect(settings)


def dashboard(
    *,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port.", show_default="3838")
    ] = None,
) -> None:
    """Run the dashboard over the warehouse, until Ctrl-C."""
    from clickstream.entrypoints.dashboard import show
    from clickstream.entrypoints.logs import set_up_logs
    from clickstream.entrypoints.ports import refuse_taken_port
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.signing_in import check_sign_in

    settings = load_settings()
    settings = replace(
        settings,
        dashboard_host=host or settings.dashboard_host,
        dashboard_port=port or settings.dashboard_port,
    )
    check_sign_in(settings)
    command = "clickstream dashboard --port"
    refuse_taken_port(settings.dashboard_host, settings.dashboard_port, command)
    set_up_logs("dashboard", level=settings.log_level)
    with contextlib.suppress(KeyboardInterrupt):
        show(settings)
