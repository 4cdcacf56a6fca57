"""The names that shops use, and what they stand for."""

import pytest
from documents import NAUGHTY

from clickstream.contract import ACTIONS, ALIASES, canonical_action

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_itself(action: str) -> None:
    assert canonical_action(action) == action


def test_every_alias_names_an_action() -> None:
    assert set(ALIASES.values()) <= set(ACTIONS)


def test_no_alias_is_an_action() -> None:
    assert not ALIASES.keys() & set(ACTIONS)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_written_as_it_is_looked_up(alias: str) -> None:
    assert alias == alias.strip().lower()


@pytest.mark.parametrize(
    ("name", "action"),
    [
        pytest.param("product_view", "view_item", id="product_view"),
        pytest.param("view_product", "view_item", id="view_product"),
        pytest.param("view", "view_item", id="view"),
        pytest.param("category_view", "view_item_list", id="category_view"),
        pytest.param("home_view", "page_view", id="home_view"),
        pytest.param("add_to_cart_click", "add_to_cart", id="add_to_cart_click"),
        pytest.param("cart", "add_to_cart", id="cart"),
        pytest.param("remove_from_cart_click", "remove_from_cart", id="remove_from_cart_click"),
        pytest.param("checkout_start", "begin_checkout", id="checkout_start"),
        pytest.param("checkout_complete", "purchase", id="checkout_complete"),
        pytest.param("order_completed", "purchase", id="order_completed"),
        pytest.param("transaction", "purchase", id="transaction"),
        pytest.param("login_success", "login", id="login_success"),
        pytest.param("wishlist_toggle", "add_to_wishlist", id="wishlist_toggle"),
        pytest.param("share_click", "share", id="share_click"),
        pytest.param(" Purchase ", "purchase", id="white space and capitals"),
        pytest.param("curl_test", None, id="a name of its own"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_name_stands_for_an_action(name: str, action: str | None) -> None:
    assert canonical_action(name) == action


def test_a_shop_adds_names_of_its_own() -> None:
    assert canonical_action("Mua_Hang", {"mua_hang": "purchase"}) == "purchase"


def test_a_naughty_name_stands_for_itself() -> None:
    assert [name for name in NAUGHTY if canonical_action(name)] == []
