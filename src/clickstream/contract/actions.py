"""The GA4 commerce vocabulary, and the names that shops use for it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ACTIONS: Final = (
    "page_view", "view_item_list", "select_item", "view_item", "add_to_wishlist", "add_to_cart",
    "remove_from_cart", "view_cart", "begin_checkout", "add_shipping_info", "add_payment_info",
    "purchase", "refund", "search", "login", "logout", "sign_up", "share", "click",
    "user_engagement",
)  # fmt: skip
"""The canonical actions, in the order of a visit."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pageview": "page_view",
        "home_view": "page_view",
        "screen_view": "page_view",
        "category_view": "view_item_list",
        "product_list_viewed": "view_item_list",
        "product_click": "select_item",
        "product_clicked": "select_item",
        "product_view": "view_item",
        "product_viewed": "view_item",
        "product_detail_view": "view_item",
        "view_product": "view_item",
        "view": "view_item",
        "wishlist_toggle": "add_to_wishlist",
        "wishlist_add": "add_to_wishlist",
        "add_to_cart_click": "add_to_cart",
        "addtocart": "add_to_cart",
        "product_added": "add_to_cart",
        "cart_add": "add_to_cart",
        "cart": "add_to_cart",
        "remove_from_cart_click": "remove_from_cart",
        "product_removed": "remove_from_cart",
        "cart_remove": "remove_from_cart",
        "cart_view": "view_cart",
        "cart_viewed": "view_cart",
        "checkout_start": "begin_checkout",
        "checkout_started": "begin_checkout",
        "checkout_complete": "purchase",
        "order_completed": "purchase",
        "transaction": "purchase",
        "order_refunded": "refund",
        "site_search": "search",
        "view_search_results": "search",
        "login_success": "login",
        "signup": "sign_up",
        "share_click": "share",
    }
)
"""Name that is sent to canonical action; a shop's settings add to it."""


def canonical_action(event_name: str, aliases: Mapping[str, str] = ALIASES) -> str | None:
    """The action that an event name stands for, or None where it stands for itself alone."""
    name = event_name.strip().lower()
    return name if name in _ACTION_SET else aliases.get(name)


_ACTION_SET: Final = frozenset(ACTIONS)
