"""The rules of buying: those of the storefront's own data access, held by the same tests."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from clickstream.shop.shapes import OrderLine, OrderRequest, ShippingTier

CURRENCY: Final = "VND"
MOST_OF_ONE: Final = 20
FREE_SHIPPING_FROM: Final = Decimal(500_000)
SHIPPING_FEES: Final[dict[ShippingTier, Decimal]] = {
    "standard": Decimal(30_000),
    "fast": Decimal(60_000),
}
TAX_PERCENT: Final = 10
MOST_WORDS: Final = 8


class Totals(NamedTuple):
    """An order's sums; the value contains the tax."""

    goods: Decimal
    shipping: Decimal
    tax: Decimal
    value: Decimal


def totals(goods: Decimal, tier: ShippingTier) -> Totals:
    """Standard delivery is free from a value on; the tax is rounded down to whole dong."""
    is_free = tier == "standard" and goods >= FREE_SHIPPING_FROM
    shipping = Decimal(0) if is_free else SHIPPING_FEES[tier]
    value = goods + shipping
    tax = value * TAX_PERCENT // (100 + TAX_PERCENT)
    return Totals(goods, shipping, tax, value)


def sum_of(lines: Iterable[OrderLine]) -> Decimal:
    """What the lines cost together, each at its discount price where it has one."""
    prices = (
        (line.price if line.discount_price is None else line.discount_price) * line.quantity
        for line in lines
    )
    return sum(prices, Decimal(0))


def words(search: str) -> list[str]:
    """The words of a search: lower case, without accents, letters and digits alone."""
    decomposed = unicodedata.normalize("NFKD", search)
    plain = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    return re.findall(r"[a-z0-9]+", plain.lower().replace("đ", "d"))[:MOST_WORDS]


def fingerprint(request: OrderRequest) -> str:
    """What makes two requests the same one."""
    address = request.address
    value = request.expected_value
    parts = (
        request.cart_id, address.recipient, address.phone, address.street, address.district,
        address.city, request.shipping_tier, request.payment_type,
        str(int(value) if value.is_integer() else value),
    )  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
