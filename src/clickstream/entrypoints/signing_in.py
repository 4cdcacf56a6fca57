"""Sign-in to the dashboard as the settings say, and where the dashboard may listen without it."""

from ipaddress import ip_address
from typing import TYPE_CHECKING

from clickstream.entrypoints.settings import Settings
from clickstream.errors import SettingsError

if TYPE_CHECKING:
    from clickstream.dashboard.signin import SignIn


def sign_in(settings: Settings) -> "SignIn | None":
    """Who may see the dashboard; None where no issuer is set. Raises SettingsError for a half."""
    if settings.dashboard_oidc_issuer is None:
        return None
    from clickstream.dashboard.signin import SignIn  # noqa: PLC0415 - it brings an HTTP client

    check_sign_in(settings)
    given = {"cookie_secret": settings.dashboard_secret} if settings.dashboard_secret else {}
    return SignIn(
        issuer=settings.dashboard_oidc_issuer,
        client_id=settings.dashboard_oidc_client_id or "",
        client_secret=settings.dashboard_oidc_client_secret,
        emails=settings.dashboard_oidc_emails,
        groups=settings.dashboard_oidc_groups,
        groups_claim=settings.dashboard_oidc_groups_claim,
        lasts=settings.dashboard_session,
        is_secure=not is_loopback(settings.dashboard_host)
        or any(origin.startswith("https://") for origin in settings.dashboard_origins),
        **given,
    )


def check_sign_in(settings: Settings) -> None:
    """Raise SettingsError where the dashboard would be open to others, or its sign-in is a half."""
    if settings.dashboard_oidc_issuer is None:
        if not is_loopback(settings.dashboard_host):
            raise SettingsError(
                "CLICKSTREAM_DASHBOARD_HOST",
                settings.dashboard_host,
                "without a sign-in the dashboard listens on a loopback address such as 127.0.0.1 "
                "alone; set CLICKSTREAM_DASHBOARD_OIDC_ISSUER (docs/dashboard.md)",
            )
        return
    if not settings.dashboard_oidc_client_id:
        raise SettingsError(
            "CLICKSTREAM_DASHBOARD_OIDC_CLIENT_ID", None, "the issuer's id of this client is needed"
        )
    if not (settings.dashboard_oidc_emails or settings.dashboard_oidc_groups):
        raise SettingsError(
            "CLICKSTREAM_DASHBOARD_OIDC_EMAILS",
            None,
            "addresses, domains such as @shop.example or CLICKSTREAM_DASHBOARD_OIDC_GROUPS say "
            "who may come in; * lets in everybody whom the issuer knows",
        )


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
