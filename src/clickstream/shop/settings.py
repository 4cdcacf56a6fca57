"""What the shop API has to know."""

import msgspec


class ShopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen, which database to serve, and whose tokens to take."""

    database_url: str
    issuer: str
    """The OIDC issuer's URL, as its tokens name it."""
    audience: str
    """Whom a token must be for: its `aud`, or the `client_id` of Cognito's access tokens."""
    host: str = "127.0.0.1"
    port: int = 8090
    workers: int = 1
    connections: int = 10
    """The most connections to the database, of each worker."""
    log_level: str = "info"
