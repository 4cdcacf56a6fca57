"""What the API answers over HTTP. The rules of buying are held by storefront/test/shop.test.ts."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from calling import Client
from catalogue import catalogue
from issuing import LocalIssuer

from clickstream.shop.openapi import served, text

pytestmark = pytest.mark.postgres


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["code"]


@pytest.mark.unit
def test_the_description_that_is_served_is_made_from_the_operations() -> None:
    assert served().decode() == text(), "run python -m clickstream.shop.openapi"


def test_products_have_the_prices_of_the_database_as_numbers(api: Client) -> None:
    answer = api.get("/v1/products", params={"search": "g304"}).json()
    (product,) = answer["products"]
    assert (product["price"], product["discountPrice"], product["onHand"]) == (890_000, 749_000, 35)
    assert (answer["total"], answer["brands"]) == (1, ["Logitech"])


def test_every_product_of_the_catalogue_can_be_had_by_its_slug(api: Client) -> None:
    products = catalogue()["products"]
    assert api.get("/v1/products").json()["total"] == len(products)
    for one in products[::17]:
        assert api.get(f"/v1/products/{one['slug']}").json()["id"] == one["id"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param("/v1/products?sort=random", (422, "invalid"), id="an unknown order"),
        pytest.param("/v1/products?limit=0", (422, "invalid"), id="a limit of none"),
        pytest.param("/v1/products?colour=red", (422, "invalid"), id="an unknown parameter"),
        pytest.param("/v1/products/none", (404, "not_found"), id="an unknown product"),
        pytest.param("/v1/products/%00", (422, "invalid"), id="a text with NUL"),
        pytest.param("/v1/carts/none", (404, "not_found"), id="an unknown cart"),
        pytest.param("/v1/nothing", (404, "not_found"), id="an unknown path"),
        pytest.param("/v1/orders", (401, "unauthorized"), id="orders without a token"),
        pytest.param("/v1/me/cart", (405, "method_not_allowed"), id="an unknown method"),
    ],
)
def test_a_request_is_refused_for(api: Client, path: str, code: tuple[int, str]) -> None:
    assert refusal(api.get(path)) == code


def test_a_refused_token_says_how_to_sign_in(api: Client) -> None:
    assert api.get("/v1/orders").headers["www-authenticate"] == "Bearer"


def test_a_body_that_cannot_be_taken_is_refused(api: Client) -> None:
    cart = api.post("/v1/carts").json()["id"]
    line = f"/v1/carts/{cart}/items/SBW-ACC-1111"
    for body in (b"", b"{", b'{"quantity": "1"}', b'{"quantity": 21}', b"\xff", b'{"price": 1}'):
        assert refusal(api.put(line, content=body)) == (422, "invalid")
    assert refusal(api.put(line, content=b" " * 70_000)) == (413, "too_large")


def test_a_stranger_who_was_never_welcomed_cannot_order(
    api: Client, issuer: LocalIssuer, filled: dict[str, Any]
) -> None:
    headers = issuer.headers("stranger") | {"idempotency-key": "key-00001"}
    assert refusal(api.post("/v1/orders", json=filled, headers=headers)) == (403, "forbidden")


def test_an_order_needs_a_key_and_is_made_once_for_it(
    api: Client, issuer: LocalIssuer, filled: dict[str, Any]
) -> None:
    headers = issuer.headers()
    assert refusal(api.post("/v1/orders", json=filled, headers=headers)) == (422, "invalid")
    headers["idempotency-key"] = "key-00001"
    first = api.post("/v1/orders", json=filled, headers=headers)
    assert first.status_code == 201
    assert first.json()["value"] == 320_000
    assert api.post("/v1/orders", json=filled, headers=headers).json() == first.json()
    assert len(api.get("/v1/orders", headers=headers).json()["orders"]) == 1
    changed = filled | {"paymentType": "demo_card"}
    answer = api.post("/v1/orders", json=changed, headers=headers)
    assert refusal(answer) == (422, "key_reused")


def test_an_order_of_more_than_there_is_says_how_much_there_is(
    api: Client, issuer: LocalIssuer, filled: dict[str, Any], shop_url: str
) -> None:
    with psycopg.connect(shop_url) as connection:
        connection.execute("update inventory set on_hand = 0 where product_id = 'SBW-ACC-1111'")
    headers = issuer.headers() | {"idempotency-key": "key-00001"}
    answer = api.post("/v1/orders", json=filled, headers=headers)
    assert refusal(answer) == (409, "out_of_stock")
    assert (answer.json()["productId"], answer.json()["left"]) == ("SBW-ACC-1111", 0)
    assert len(api.get(f"/v1/carts/{filled['cartId']}").json()["lines"]) == 1


def test_stock_changes_with_the_scope_for_it_and_never_falls_below_none(
    api: Client, issuer: LocalIssuer
) -> None:
    path = "/v1/inventory/SBW-ACC-1120"
    assert api.get(path).json()["onHand"] == 2
    assert refusal(api.patch(path, json={"change": 5}, headers=issuer.headers()))[0] == 403
    allowed = issuer.headers(scope="shop/stock")
    assert api.patch(path, json={"change": 5}, headers=allowed).json()["onHand"] == 7
    assert refusal(api.patch(path, json={"change": -8}, headers=allowed)) == (409, "out_of_stock")
    assert api.get(path).json()["onHand"] == 7


def test_two_clerks_at_once_lose_no_change(api: Client, issuer: LocalIssuer) -> None:
    path, headers = "/v1/inventory/SBW-ACC-1120", issuer.headers(scope="shop/stock")
    with ThreadPoolExecutor(8) as clerks:
        answers = [
            clerks.submit(api.patch, path, json={"change": 1}, headers=headers) for _ in range(16)
        ]
        assert {answer.result().status_code for answer in answers} == {200}
    assert api.get(path).json()["onHand"] == 18


def test_the_api_tells_a_database_that_does_not_answer(api: Client, shop_url: str) -> None:
    assert api.get("/health").json() == {"status": "ok"}
    with psycopg.connect(shop_url, autocommit=True) as connection:
        connection.execute("drop table inventory cascade")
    answer = api.get("/v1/products")
    assert refusal(answer) == (500, "internal")
    assert "inventory" not in answer.text
