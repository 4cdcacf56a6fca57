"""Safeguards of the dashboard: who may open its websocket, and what its page may load."""

import base64
import hashlib
import re
from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
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


def content_policy(html: str) -> str:
    """The content security policy of a page: its own files, and its own inline scripts by hash."""
    hashes = [
        _hash(found["text"])
        for found in _SCRIPT.finditer(html)
        if "src=" not in found["attributes"] and found["text"].strip()
    ]
    return "; ".join([
        "default-src 'none'",
        f"script-src 'self' {' '.join(hashes)}".strip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ])


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class Guard:
    """Refuses websockets from foreign pages, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, *, policy: str, allowed_origins: tuple[str, ...]) -> None:
        self.app, self.policy = app, policy
        self.allowed_origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._may_connect(Headers(scope=scope)):
            await self._refuse(scope, send)
        elif scope["type"] == "http":
            await self.app(scope, receive, self._adding_headers(scope, send))
        else:
            await self.app(scope, receive, send)

    def _may_connect(self, headers: Headers) -> bool:
        origin = headers.get("origin", "").rstrip("/").lower()
        own = urlsplit(origin).netloc
        return origin in self.allowed_origins or bool(own and own == headers.get("host", "").lower())

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
        is_versioned = scope["path"].startswith("/assets/") and scope["query_string"].startswith(b"v=")
        if is_versioned or scope["path"].endswith(".woff2"):
            headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        elif not scope["path"].startswith("/lib/"):
            headers["Cache-Control"] = "no-store"
