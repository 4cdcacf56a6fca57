"""From the settings to the shop API's."""

from clickstream.entrypoints.logs import log_config
from clickstream.entrypoints.settings import Settings
from clickstream.errors import SettingsError
from clickstream.shop import ShopSettings
from clickstream.warehouse.conninfo import secured


def serve_shop(settings: Settings) -> None:
    """Serves the shop's API until SIGTERM or SIGINT."""
    from clickstream.shop.serve import serve  # noqa: PLC0415 - psycopg takes 20 MB

    serve(shop_settings(settings), log_config=log_config("shop", level=settings.log_level))


def shop_settings(settings: Settings) -> ShopSettings:
    """What the shop's room wants to know of the settings. Raises where one is missing."""
    return ShopSettings(
        database_url=secured(
            _needed("DATABASE_URL", settings.database_url, "the shop's PostgreSQL is expected")
        ),
        issuer=_needed("OIDC_ISSUER", settings.oidc_issuer, "the URL of the issuer is expected"),
        audience=_needed(
            "SHOP_AUDIENCE", settings.shop_audience, "the audience of its tokens is expected"
        ),
        host=settings.shop_host,
        port=settings.shop_port,
        workers=settings.shop_workers,
        log_level=settings.log_level,
    )


def _needed(key: str, value: str | None, expected: str) -> str:
    if value is None:
        raise SettingsError(key, None, f"{expected}; see docs/settings.md")
    return value
