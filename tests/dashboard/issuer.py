"""An OIDC issuer as a process of its own: ``python issuer.py PORT``; it signs in whom it is told.

``PUT /person`` sets the claims of the next person, and a flaw of the token that it then issues.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "the-dashboard", "a secret of the client"
PORT = int(sys.argv[1]) if __name__ == "__main__" else 0
ISSUER = f"http://127.0.0.1:{PORT}"


class Issuer:
    """The keys, the person who comes next, and the codes that were given out."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.forged = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.person: dict[str, Any] = {}
        self.flaw = ""
        self.codes: dict[str, dict[str, str]] = {}

    async def configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def become(self, request: Request) -> Response:
        told = await request.json()
        self.person, self.flaw = told["claims"], told.get("flaw", "")
        return Response(status_code=204)

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        state = "another" if self.flaw == "state" else asked["state"]
        answer = urlencode({"code": code, "state": state})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or request.headers.get("authorization") != f"Basic {given}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        proof = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse(
            {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)}
        )

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": "http://other.example" if self.flaw == "issuer" else ISSUER,
            "aud": "another" if self.flaw == "audience" else CLIENT,
            "iat": now - 7200 if self.flaw == "expired" else now,
            "exp": now - 3600 if self.flaw == "expired" else now + 300,
            "nonce": "another" if self.flaw == "nonce" else asked["nonce"],
            "sub": "someone",
        } | self.person
        key = self.forged if self.flaw == "key" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def main() -> None:
    issuer = Issuer()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", issuer.configuration),
            Route("/keys", issuer.keys),
            Route("/person", issuer.become, methods=["PUT"]),
            Route("/authorize", issuer.authorize),
            Route("/token", issuer.token, methods=["POST"]),
        ]
    )
    print(json.dumps({"issuer": ISSUER}), flush=True)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")


if __name__ == "__main__":
    main()
