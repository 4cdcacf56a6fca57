"""What is held on a person is handed over as it is held."""

from typing import TYPE_CHECKING

import pytest

from clickstream.etl.privacy.access import held_on
from clickstream.etl.privacy.person import Person

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.postgres

ANN = Person(user_ids=frozenset({"ann"}))


def kinds(shop: "Shop", person: Person) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in held_on(shop.lake, shop.connection, person, rules=shop.rules):
        counted[one.kind] = counted.get(one.kind, 0) + 1
    return counted


def test_events_are_as_they_were_sent_and_rows_as_they_were_made(
    shop: "Shop", people: dict[str, str]
) -> None:
    shop.load()
    held = list(held_on(shop.lake, shop.connection, ANN, rules=shop.rules))
    (first,) = (one for one in held if (one.object_key, one.object_line) == (people["many"], 1))
    sent = shop.event("a1", 0, client="phone")
    assert first.data == sent
    (order,) = (one.data for one in held if one.kind == "order")
    assert isinstance(order, dict)
    assert (order["order_id"], order["refunded"]) == ("o-1", 50)
    assert kinds(shop, ANN) == {
        "event": 9, "session": 3, "visitor": 1, "sign_in": 2, "order": 1, "refund": 1,
    }  # fmt: skip


def test_what_is_held_is_what_an_erasure_removes(shop: "Shop", people: dict[str, str]) -> None:
    shop.load()
    held = kinds(shop, ANN)
    assert shop.forget(ANN).lines == held["event"]
    assert kinds(shop, ANN) == {}


def test_of_a_shared_device_the_others_are_not_shown(shop: "Shop", people: dict[str, str]) -> None:
    shop.load()
    held = held_on(shop.lake, shop.connection, ANN, rules=shop.rules)
    assert [one for one in held if "bob" in str(one.data)] == []
