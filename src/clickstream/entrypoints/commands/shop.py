"""``clickstream shop``: the internal API of the shop."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from dataclasses import replace
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream shop --port 8090")(shop)


def shop(
    *,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port.", show_default="8090")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that serve.", show_default="1")
    ] = None,
) -> None:
    """Run the shop's API over its own database: catalogue, stock, carts and orders.

    The database is DATABASE_URL's; tokens are those of OIDC_ISSUER for SHOP_AUDIENCE. What can be
    asked is described at /openapi.json.
    """
    from clickstream.entrypoints.ports import refuse_taken_port
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.shop import serve_shop

    settings = load_settings()
    settings = replace(
        settings,
        shop_host=host or settings.shop_host,
        shop_port=port or settings.shop_port,
        shop_workers=workers or settings.shop_workers,
    )
    refuse_taken_port(settings.shop_host, settings.shop_port, "clickstream shop --port")
    serve_shop(settings)
