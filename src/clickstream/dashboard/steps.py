"""Steps of a funnel in words, and what they can be chosen from."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page_view": "Page viewed",
        "search": "Searched",
        "view_item_list": "List viewed",
        "select_item": "Product chosen",
        "view_item": "Product viewed",
        "add_to_wishlist": "Added to wishlist",
        "add_to_cart": "Added to cart",
        "remove_from_cart": "Removed from cart",
        "view_cart": "Cart viewed",
        "begin_checkout": "Checkout begun",
        "add_shipping_info": "Delivery given",
        "add_payment_info": "Payment given",
        "purchase": "Ordered",
        "refund": "Refunded",
        "sign_up": "Registered",
        "login": "Signed in",
        "logout": "Signed out",
        "share": "Shared",
        "click": "Clicked",
        "user_engagement": "Stayed on the page",
    }
)
"""The actions as a shop's owner would say them, in the order of a visit."""

TYPED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "page:": ("A page …", "/cart*"),
        "event:": ("An event …", "newsletter_opened"),
        "": ("A condition …", "view_item&brand=Acme"),
    }
)
"""What is typed: how such a step begins, how it is called, and an example."""


def say_step(text: str) -> str:
    """A step as a reader would say it."""
    if text in ACTIONS:
        return ACTIONS[text]
    action, joined, rest = text.partition("&")
    if joined and action in ACTIONS:
        return f"{ACTIONS[action]}, {rest.replace('&', ', ')}"
    kind, colon, value = text.partition(":")
    if colon and kind in ("page", "event", "title", "action"):
        return ACTIONS.get(value, value) if kind == "action" else f"{kind.title()} {value}"
    return text


def split_step(text: str) -> tuple[str, str]:
    """What a step is chosen as, and what is typed with it: of ``page:/a``, ``page:`` and ``/a``."""
    if text in ACTIONS:
        return text, ""
    for begin in ("page:", "event:"):
        if text.startswith(begin) and "&" not in text:
            return begin, text.removeprefix(begin)
    return "", text
