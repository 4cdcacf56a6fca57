"""Whose tokens are taken: the issuer's alone, for this API, in time, by keys that may change."""

import time
from typing import Any

import httpx
import pytest
from issuing import AUDIENCE, LocalIssuer, new_key, running_issuer

from clickstream.errors import ShopError
from clickstream.shop.tokens import LEAST_SECONDS, Issuer, Person

pytestmark = pytest.mark.unit


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def checked(local: LocalIssuer, *authorizations: str | None, clock: Any = None) -> list[Any]:
    """What each header proves: a person, or the code of the refusal."""
    import asyncio

    async def ask() -> list[Any]:
        answers: list[Any] = []
        async with httpx.AsyncClient() as client:
            issuer = Issuer(
                local.url, client, audience=AUDIENCE, clock=clock or Clock(), now=time.time
            )
            for given in authorizations:
                try:
                    answers.append(await issuer.person(given))
                except ShopError as error:
                    answers.append(error.code)
        return answers

    return asyncio.run(ask())


@pytest.fixture
def local() -> Any:
    with running_issuer() as running:
        yield running


def test_a_token_of_the_issuer_names_its_person_and_scopes(local: LocalIssuer) -> None:
    token = local.token("anna", scope="openid shop/stock")
    assert checked(local, f"Bearer {token}") == [
        Person("anna", frozenset({"openid", "shop/stock"}))
    ]


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://elsewhere.example"}, id="another issuer's"),
        pytest.param({"aud": "another-api"}, id="for another audience"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"aud": None, "client_id": "another"}, id="for another client"),
        pytest.param({"token_use": "id"}, id="an id token"),
        pytest.param({"exp": int(time.time()) - 60}, id="expired"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"exp": "never"}, id="with an end that is no instant"),
        pytest.param({"nbf": int(time.time()) + 86_400}, id="from the future"),
        pytest.param({"sub": None}, id="of nobody"),
    ],
)
def test_a_token_is_refused_that_is(local: LocalIssuer, claims: dict[str, Any]) -> None:
    assert checked(local, f"Bearer {local.token(**claims)}") == ["unauthorized"]


def test_what_is_no_token_is_refused(local: LocalIssuer) -> None:
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0."
    given = [None, "", "Bearer", "Basic abc", "Bearer abc", f"Bearer {unsigned}"]
    assert checked(local, *given) == ["unauthorized"] * len(given)


def test_a_token_signed_by_a_stranger_under_a_known_name_is_refused(local: LocalIssuer) -> None:
    assert checked(local, f"Bearer {local.token(key=new_key('first'))}") == ["unauthorized"]


def test_cognitos_access_tokens_name_their_client_for_an_audience(local: LocalIssuer) -> None:
    token = local.token(aud=None, client_id=AUDIENCE, token_use="access")
    assert checked(local, f"Bearer {token}") == [Person("anna")]


def test_keys_are_fetched_once_and_again_for_a_new_one(local: LocalIssuer) -> None:
    clock = Clock()
    before = local.token()
    second = new_key("second")
    tokens = [before, before, local.token(key=second)]
    assert checked(local, *(f"Bearer {one}" for one in tokens), clock=clock)[2] == "unauthorized"
    local.keys.append(second)
    assert local.asked == 1  # the strange one came too soon after the first look

    class Later(Clock):
        def __call__(self) -> float:
            self.seconds += LEAST_SECONDS
            return self.seconds

    local.asked = 0
    third = new_key("third")
    headers = [f"Bearer {local.token()}", f"Bearer {local.token(key=second)}"]
    assert checked(local, *headers, f"Bearer {local.token(key=third)}", clock=Later()) == [
        Person("anna"),
        Person("anna"),
        "unauthorized",
    ]


def test_a_key_that_was_withdrawn_ends_with_the_hour(local: LocalIssuer) -> None:
    class Hours(Clock):
        def __call__(self) -> float:
            self.seconds += 1801
            return self.seconds

    old = local.token()
    local.keys = [new_key("second")]
    assert checked(local, f"Bearer {old}", clock=Hours()) == ["unauthorized"]


def test_an_issuer_that_does_not_answer_makes_the_api_unavailable(local: LocalIssuer) -> None:
    token = local.token()
    local.url = "http://127.0.0.1:1"
    assert checked(local, f"Bearer {token}") == ["unavailable"]
