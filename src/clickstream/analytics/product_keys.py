"""By what products are grouped: each its own, by brand, or by category."""

from collections.abc import Mapping, Sequence
from typing import Final

from clickstream.analytics.report import Column

BY: Final[Mapping[str, tuple[str, ...]]] = {
    "product": (
        "product_id", "product_name", "product_category", "product_brand", "product_price",
        "product_discount_price",
    ),
    "brand": ("product_brand",),
    "category": ("product_category",),
}  # fmt: skip
TITLES: Final = {
    "product_id": "Product",
    "product_name": "Name",
    "product_category": "Category",
    "product_brand": "Brand",
    "product_price": "Price",
    "product_discount_price": "Discount price",
}
MONEY: Final = ("product_price", "product_discount_price")


def named_columns(keys: Sequence[str]) -> list[Column]:
    """The columns that name a product, brand or category."""
    return [Column(key, TITLES[key], "money" if key in MONEY else None) for key in keys]
