"""Who sends a request: access tokens, checked against the keys that their issuer publishes."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clickstream.errors import ShopError

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY_SECONDS: Final = 30
KEPT_SECONDS: Final = 3600.0
"""So long a withdrawn key is trusted still."""
LEAST_SECONDS: Final = 10.0
"""Between two looks at the issuer's keys, whatever strange tokens ask for."""


class Person(msgspec.Struct, frozen=True):
    """Who a token speaks for, and what it allows beyond that."""

    sub: str
    scopes: frozenset[str] = frozenset()


class Issuer:
    """The issuer's keys, fetched when they are needed, and again when a token names a new one.

    ``clock`` counts seconds steadily, ``now`` is the time of day in seconds since the epoch.
    """

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        *,
        audience: str,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._url, self._client, self._audience = url, client, audience
        self._clock, self._now = clock, now
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._tried: float | None = None
        self._lock = asyncio.Lock()

    async def person(self, authorization: str | None) -> Person:
        """Whom the ``Authorization`` header proves. Raises ``ShopError`` where it proves none."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _refusal("a bearer token is needed")
        claims = self._checked(await self._decoded(token.strip()))
        return Person(str(claims["sub"]), frozenset(str(claims.get("scope") or "").split()))

    async def _decoded(self, token: str) -> dict[str, Any]:
        for is_last in (False, True):
            keys = await self._current_keys(renew=is_last)
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError):
                # Perhaps signed with a key that is newer than ours; looked up once.
                if is_last:
                    break
        raise _refusal("the token is not one of this issuer's")

    def _checked(self, claims: dict[str, Any]) -> dict[str, Any]:
        now = self._now()
        if claims.get("iss") != self._url:
            raise _refusal("the token is of another issuer")
        if not _is_number(claims.get("exp")) or claims["exp"] + LEEWAY_SECONDS < now:
            raise _refusal("the token has expired")
        if _is_number(claims.get("nbf")) and claims["nbf"] - LEEWAY_SECONDS > now:
            raise _refusal("the token is not valid yet")
        if claims.get("token_use", "access") != "access" or not self._is_for_us(claims):
            raise _refusal("the token is for another audience")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise _refusal("the token names nobody")
        return claims

    def _is_for_us(self, claims: dict[str, Any]) -> bool:
        """Cognito's access tokens have no ``aud``: there the client stands for the audience.

        https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
        """
        audience = claims.get("aud", claims.get("client_id"))
        return self._audience in (audience if isinstance(audience, list) else [audience])

    async def _current_keys(self, *, renew: bool) -> KeySet:
        async with self._lock:
            is_fresh = self._keys and self._clock() - self._fetched < KEPT_SECONDS
            is_early = self._tried is not None and self._clock() - self._tried < LEAST_SECONDS
            if not (is_early or (is_fresh and not renew)):
                self._tried = self._clock()
                await self._fetch()
            if self._keys is None:
                raise ShopError("unavailable", "the issuer's keys are not known yet; ask again")
            return self._keys

    async def _fetch(self) -> None:
        """The keys that the issuer publishes now; on failure, those that are known stay."""
        try:
            place = f"{self._url.rstrip('/')}/.well-known/openid-configuration"
            document = (await self._client.get(place)).raise_for_status().json()
            answer = (await self._client.get(document["jwks_uri"])).raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
            self._fetched = self._clock()
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            if self._keys is None or self._clock() - self._fetched >= KEPT_SECONDS:
                detail = f"the issuer {self._url} does not tell its keys: {error}"
                raise ShopError("unavailable", detail) from error


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refusal(detail: str) -> ShopError:
    return ShopError("unauthorized", detail)
