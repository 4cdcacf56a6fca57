"""What the API takes and gives. Money is in the currency's units, instants are in UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Quantity = Annotated[int, Meta(ge=0, le=20)]
Money = Decimal
"""Not below zero; written as a number."""
Sort = Literal["popular", "cheapest", "dearest", "name"]
ShippingTier = Literal["standard", "fast"]
PaymentType = Literal["cod", "bank_transfer", "demo_card"]
Id = Annotated[str, Meta(min_length=1, max_length=200)]


def text(most: int) -> Meta:
    """Some text with something to see in it, of at most so many characters."""
    return Meta(min_length=1, max_length=most, pattern=r"\S")


class Given(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the API answers with."""


class Taken(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What the API is sent."""


class Health(Given, frozen=True):
    status: Literal["ok"] = "ok"


class Category(Given, frozen=True):
    id: str
    slug: str
    title: str
    blurb: str


class Categories(Given, frozen=True):
    categories: list[Category]


class Product(Given, frozen=True):
    """What is sold; `asked` of a piece is its discount price, else its price."""

    id: str
    slug: str
    name: str
    category: str
    brand: str
    price: Money
    discount_price: Money | None
    currency: str
    on_hand: int


class ProductDetails(Product, frozen=True):
    description: str
    specs: list[tuple[str, str]]


class ProductQuery(Taken, frozen=True):
    category: str | None = None
    brand: str | None = None
    search: Annotated[str, Meta(max_length=200)] = ""
    """Words that must all be found in name, brand or category, accents and case aside."""
    in_stock: bool = False
    sort: Sort = "popular"
    limit: Annotated[int, Meta(ge=1, le=100)] = 100


class ProductList(Given, frozen=True):
    """The first of the products found, the count of all of them, and the brands they are of."""

    products: list[Product]
    total: int
    brands: list[str]


class Stock(Given, frozen=True):
    product_id: str
    on_hand: int
    updated_at: datetime


class StockChange(Taken, frozen=True):
    change: Annotated[int, Meta(ge=-100_000, le=100_000)]
    """Pieces that came (or, below zero, went)."""


class CartLine(Given, frozen=True):
    product: Product
    quantity: int


class Cart(Given, frozen=True):
    id: str
    lines: list[CartLine]
    goods: Money
    currency: str


class Line(Taken, frozen=True):
    quantity: Quantity
    """0 removes the line."""


class CartClaim(Taken, frozen=True):
    cart_id: str | None = None


class CartClaimed(Given, frozen=True):
    cart_id: str | None


class Profile(Taken, frozen=True):
    email: Annotated[str, text(320)]
    name: Annotated[str, text(200)]


class Welcome(Given, frozen=True):
    is_new: bool


class Address(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    recipient: Annotated[str, text(100)]
    phone: Annotated[str, text(30)]
    street: Annotated[str, text(200)]
    district: Annotated[str, text(100)]
    city: Annotated[str, text(100)]


class LastAddress(Given, frozen=True):
    address: Address | None


class OrderRequest(Taken, frozen=True):
    cart_id: str
    address: Address
    shipping_tier: ShippingTier
    payment_type: PaymentType
    expected_value: Annotated[float, Meta(ge=0, le=1e15)]
    """What the buyer was shown; another price by now is refused."""


class OrderLine(Given, frozen=True):
    product_id: str
    name: str
    category: str
    brand: str
    price: Money
    discount_price: Money | None
    quantity: int


class Order(Given, frozen=True):
    """`value` is goods and shipping together, and contains the tax."""

    id: str
    status: Literal["placed", "refunded"]
    currency: str
    goods: Money
    shipping: Money
    tax: Money
    value: Money
    shipping_tier: ShippingTier
    payment_type: PaymentType
    placed_at: datetime
    refunded_at: datetime | None
    address: Address
    lines: list[OrderLine]


class Orders(Given, frozen=True):
    orders: list[Order]
