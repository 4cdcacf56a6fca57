"""The API over a fresh shop, in this process, with an issuer of its own."""

import sys
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from calling import Client, calling
from catalogue import make_shop
from issuing import AUDIENCE, LocalIssuer, running_issuer

from clickstream.shop import ShopSettings
from clickstream.shop.app import ShopApi
from clickstream.shop.serve import opened


@pytest.fixture(scope="session")
def issuer() -> Iterator[LocalIssuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def shop_url(empty_url: str) -> str:
    """A database with the shop's tables and its whole catalogue."""
    make_shop(empty_url)
    return empty_url


@pytest.fixture
def settings(shop_url: str, issuer: LocalIssuer) -> ShopSettings:
    return ShopSettings(database_url=shop_url, issuer=issuer.url, audience=AUDIENCE)


@pytest.fixture
def api(settings: ShopSettings) -> Iterator[Client]:
    """The whole API; its orders are numbered."""
    numbers = map("SBW-{:014X}".format, count(1))
    shop = ShopApi(partial(opened, settings), new_id=numbers.__next__)
    with calling(shop.application()) as client:
        yield client


ADDRESS = {
    "recipient": "Nguyễn An",
    "phone": "0900 000 000",
    "street": "1 Lê Lợi",
    "district": "Quận 1",
    "city": "Hồ Chí Minh",
}


@pytest.fixture
def filled(api: Client, issuer: LocalIssuer) -> dict[str, Any]:
    """A request for an order of one cable, whose buyer is known to the shop."""
    profile = {"email": "anna@example.com", "name": "Anna"}
    assert api.put("/v1/me", json=profile, headers=issuer.headers()).json() == {"isNew": True}
    cart = api.post("/v1/carts").json()["id"]
    assert api.put(f"/v1/carts/{cart}/items/SBW-ACC-1111", json={"quantity": 1}).status_code == 200
    return {
        "cartId": cart,
        "address": ADDRESS,
        "shippingTier": "standard",
        "paymentType": "cod",
        "expectedValue": 320_000,
    }
