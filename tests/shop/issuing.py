"""An OIDC issuer as an API sees it: discovery document, keys, and tokens signed by them."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

AUDIENCE = "shop-api"


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class LocalIssuer:
    """Its keys may change while it runs; ``asked`` counts how often they were looked at."""

    url: str = ""
    keys: list[RSAKey] = field(default_factory=lambda: [new_key("first")])
    asked: int = 0

    def token(self, sub: str = "anna", *, key: RSAKey | None = None, **changed: Any) -> str:
        """A token for the shop; a claim that is changed to None is left out."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": sub, "iat": now, "exp": now + 300}
        kept = {name: value for name, value in (claims | changed).items() if value is not None}
        signer = key or self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": signer.kid}, kept, signer)

    def headers(self, sub: str = "anna", **changed: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(sub, **changed)}"}


class _Site(http.server.ThreadingHTTPServer):
    daemon_threads = True
    issuer: LocalIssuer


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Site

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/keys":
            issuer.asked += 1
            body: Any = KeySet(list(issuer.keys)).as_dict(private=False)
        else:
            body = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def running_issuer() -> Iterator[LocalIssuer]:
    with _Site(("127.0.0.1", 0), _Handler) as site:
        site.issuer = LocalIssuer(url=f"http://127.0.0.1:{site.server_address[1]}")
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site.issuer
        site.shutdown()
        thread.join(timeout=10)
