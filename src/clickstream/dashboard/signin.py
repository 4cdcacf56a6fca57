"""Sign-in with an OIDC issuer: who may see the dashboard, by their e-mail address or group.

The authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636). What is
kept of a person is in a signed cookie: the name, and until when it counts.
"""

import asyncio
import datetime as dt
import logging
import secrets
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "clickstream_session"
LOGIN, CALLBACK, LOGOUT = "/auth/login", "/auth/callback", "/auth/logout"
STATE: Final = "/auth/state"
LOOK_SECONDS: Final = 5.0
"""How often it is looked whether the sign-in of an open page still counts."""
OPEN: Final = frozenset({"/health", LOGIN, CALLBACK, LOGOUT})
"""What is answered to everybody."""
EVERYBODY: Final = "*"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The issuer, this client of it, and whom to let in.

    ``emails`` are addresses, domains such as ``@shop.example``, or ``*`` for all whom the issuer
    knows; ``groups`` are names in the claim ``groups_claim``. One that fits is enough. An address
    counts only where the issuer says that it is verified.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    cookie_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    emails: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    groups_claim: str = "cognito:groups"
    lasts: dt.timedelta = dt.timedelta(hours=12)
    is_secure: bool = True
    """Whether the cookie is sent over https alone."""

    def admits(self, claims: Mapping[str, Any]) -> bool:
        """Whether a person of these verified claims may come in."""
        if EVERYBODY in self.emails:
            return True
        groups = claims.get(self.groups_claim)
        own = groups if isinstance(groups, list) else str(groups or "").split()
        if set(own) & set(self.groups):
            return True
        address = str(claims.get("email") or "").lower()
        is_verified = str(claims.get("email_verified", "")).lower() == "true"
        domain = f"@{address.rpartition('@')[2]}"
        known = {email.lower() for email in self.emails}
        return is_verified and "@" in address and bool(known & {address, domain})


class Gate:
    """Lets those in who have signed in; sends browsers to sign in, and refuses everything else."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], dt.datetime]) -> None:
        self.app, self.clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and self._may_pass(scope):
            await self._while_signed_in(scope, receive, send)
        elif scope["type"] not in ("http", "websocket") or self._may_pass(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _ask_to_sign_in(scope)(scope, receive, send)

    async def _while_signed_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves an open page until its sign-in has ended; then closes it."""
        has_ended = asyncio.Event()

        async def sending(message: Message) -> None:
            if not has_ended.is_set():
                await send(message)

        async def end() -> None:
            is_signed_in = True
            while is_signed_in:
                await asyncio.sleep(LOOK_SECONDS)
                is_signed_in = self._may_pass(scope)
            await sending({"type": "websocket.close", "code": 1008, "reason": "signed out"})
            has_ended.set()

        ending = asyncio.create_task(end())
        try:
            await self.app(scope, receive, sending)
        finally:
            ending.cancel()

    def _may_pass(self, scope: Scope) -> bool:
        is_open = scope["type"] == "http" and scope["path"] in OPEN
        return is_open or is_signed_in(HTTPConnection(scope).session, self.clock())


def is_signed_in(session: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether the cookie names somebody whose time is not over."""
    return bool(session.get("name")) and now.timestamp() < float(session.get("until", 0))


def _ask_to_sign_in(scope: Scope) -> Response:
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if scope["method"] != "GET" or not wants_page:
        return PlainTextResponse("Sign in first.\n", status_code=401)
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(f"{LOGIN}?next={quote(wanted, safe='')}", status_code=302)


@dataclass(slots=True)
class Door:
    """The pages of signing in and out."""

    sign_in: SignIn
    clock: Callable[[], dt.datetime]
    origins: Sequence[str]
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = _client(self.sign_in)

    def routes(self) -> list[Route]:
        return [
            Route(LOGIN, self.login),
            Route(CALLBACK, self.callback),
            Route(LOGOUT, self.logout),
            Route(STATE, self.state),
        ]

    async def login(self, request: Request) -> Response:
        """Sends the browser to the issuer."""
        request.session.clear()
        request.session["next"] = own_path(request.query_params.get("next", ""))
        try:
            answer: Response = await self.client.authorize_redirect(request, self._address(request))
        except (httpx.HTTPError, ValueError, KeyError):
            log.exception("The issuer %s does not answer", self.sign_in.issuer)
            return page("The sign-in is away", "The issuer does not answer. Try again soon.", 502)
        return answer

    async def callback(self, request: Request) -> Response:
        """Takes the issuer's word for who somebody is, once it has proved to be the issuer's."""
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - only with sign-in
        from joserfc.errors import JoseError  # noqa: PLC0415 - only with sign-in

        try:
            token = await self.client.authorize_access_token(request)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("A sign-in failed: %s", error)
            request.session.clear()
            return page("That did not work", "The sign-in could not be completed.", 400)
        claims = token.get("userinfo") or {}
        wanted = own_path(str(request.session.get("next", "")))
        request.session.clear()
        if not claims or not self.sign_in.admits(claims):
            log.warning("Refused %s", claims.get("email") or claims.get("sub"))
            text = "You are signed in, but not among those who may see this dashboard."
            return page("Not for you", text, 403)
        until = self.clock() + self.sign_in.lasts
        name = str(claims.get("email") or claims.get("sub"))
        request.session.update(name=name, until=until.timestamp())
        return RedirectResponse(wanted, status_code=302)

    async def logout(self, request: Request) -> Response:
        """Forgets who somebody is; the issuer may still know them."""
        request.session.clear()
        return page("You are signed out", "Close the browser on a computer that others use.", 200)

    async def state(self, _: Request) -> Response:
        """That the one who asks is signed in: nobody else gets here."""
        return PlainTextResponse("Signed in.\n")

    def _address(self, request: Request) -> str:
        """Where the issuer sends the browser back to: the origin that it came under."""
        host = request.headers.get("host", "").lower()
        known = (origin for origin in self.origins if urlsplit(origin).netloc == host)
        return next(known, f"{request.url.scheme}://{host}") + CALLBACK


def _client(sign_in: SignIn) -> Any:  # noqa: ANN401 - authlib has no types
    # authlib says each time that it wants another HTTP client than the one that is here anyway.
    with warnings.catch_warnings(record=True):
        from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415 - only with sign-in
    registry = OAuth()
    return registry.register(
        "oidc",
        client_id=sign_in.client_id,
        client_secret=sign_in.client_secret,
        server_metadata_url=f"{sign_in.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic"
            if sign_in.client_secret
            else "none",
        },
    )


def own_path(text: str) -> str:
    """A path of this dashboard; its root for anything that could lead elsewhere."""
    is_own = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_own and not text.startswith("/auth/") else "/"


def page(title: str, text: str, status: int) -> Response:
    """A page in words, of text that is ours alone."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;"
        "padding:0 1.5rem;color-scheme:light dark}h1{font-size:1.35rem}</style>"
        f'<h1>{title}</h1><p>{text}</p><p><a href="{LOGIN}">Sign in</a></p></html>',
        status_code=status,
    )


def middleware(sign_in: SignIn, clock: Callable[[], dt.datetime]) -> list[Middleware]:
    """The cookie, and the gate behind it."""
    return [
        Middleware(
            SessionMiddleware,
            secret_key=sign_in.cookie_secret,
            session_cookie=COOKIE,
            max_age=int(sign_in.lasts.total_seconds()),
            same_site="lax",
            https_only=sign_in.is_secure,
        ),
        Middleware(Gate, clock=clock),
    ]
