"""Safeguards: under which names the dashboard answers, to whom, and what its page may load."""

import base64
import hashlib
import re
from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCRIPT: Final = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR: Final = 31_536_000
FOREIGN_NAME: Final = (
    "The dashboard does not answer under this name. Open it as localhost, or name this address "
    "among its allowed origins.\n"
)


def content_policy(html: str) -> str:
    """The content security policy of a page: its own files, and its own inline scripts by hash."""
    hashes = [
        _hash(found["text"])
        for found in _SCRIPT.finditer(html)
        if "src=" not in found["attributes"] and found["text"].strip()
    ]
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class Guard:
    """Refuses foreign names and websockets from foreign pages; adds headers to every answer.

    It answers under ``localhost``, IP addresses and the hosts of ``allowed_origins`` alone, so that
    no page can read it by a name of its own that it points here (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, *, policy: str, allowed_origins: tuple[str, ...]) -> None:
        self.app, self.policy = app, policy
        self.allowed_origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)
        self.allowed_hosts = frozenset(
            _name(origin.partition("://")[2]) for origin in self.allowed_origins
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            if self._may_connect(headers):
                await self.app(scope, receive, send)
            else:
                await self._refuse(scope, send)
        elif self._is_ours(headers):
            await self.app(scope, receive, self._adding_headers(scope, send))
        else:
            answer = PlainTextResponse(FOREIGN_NAME, status_code=421)
            await answer(scope, receive, self._adding_headers(scope, send))

    def _is_ours(self, headers: Headers) -> bool:
        name = _name(headers.get("host", ""))
        return _is_local(name) or name in self.allowed_hosts

    def _may_connect(self, headers: Headers) -> bool:
        origin = headers.get("origin", "").rstrip("/").lower()
        own = origin.partition("://")[2]
        is_same = bool(own) and own == headers.get("host", "").lower()
        return origin in self.allowed_origins or (is_same and self._is_ours(headers))

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"Foreign origin.\n"})

    def _adding_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(scope, message)
            await send(message)

        return sending

    def _add_headers(self, scope: Scope, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = self.policy
        is_good = message["status"] in (200, 304)
        is_lasting = is_good and (_is_versioned(scope) or _is_font(scope))
        lasting = f"public, max-age={YEAR}, immutable"
        headers["Cache-Control"] = lasting if is_lasting else "no-store"


def _is_versioned(scope: Scope) -> bool:
    """Whether a file's version is in its address: behind it, or in its folder's name."""
    is_asset = scope["path"].startswith("/assets/") and scope["query_string"].startswith(b"v=")
    return bool(is_asset or scope["path"].startswith("/lib/"))


def _is_font(scope: Scope) -> bool:
    return bool(scope["path"].startswith("/assets/") and scope["path"].endswith(".woff2"))


def _name(netloc: str) -> str:
    """The host's name or address without its port: ``[::1]:3838`` gives ``::1``."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _is_local(name: str) -> bool:
    """Whether a name cannot be pointed at us by a foreign DNS server."""
    try:
        ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return True
