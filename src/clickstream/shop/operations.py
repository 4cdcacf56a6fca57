"""What the API can be asked, one entry an operation; routes and documentation are made from it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from clickstream.errors import ShopError
from clickstream.shop import carts, catalogue, orders, people
from clickstream.shop import shapes as s
from clickstream.shop.orders import NewId
from clickstream.shop.store import Connection
from clickstream.shop.tokens import Person

STOCK_SCOPE: Final = "shop/stock"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, checked: who asks, and with what."""

    connection: Connection
    path: Mapping[str, str]
    query: Any
    body: Any
    key: str
    new_id: NewId
    caller: Person | None

    @property
    def person(self) -> Person:
        """Who asks, of an operation for people alone."""
        if self.caller is None:
            raise ShopError("unauthorized", "a bearer token is needed")
        return self.caller


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: how it is called, what it takes and gives, and what it may refuse."""

    method: str
    path: str
    name: str
    summary: str
    run: Callable[[Call], Awaitable[msgspec.Struct]]
    gives: type[msgspec.Struct]
    status: int = 200
    query: type[msgspec.Struct] | None = None
    takes: type[msgspec.Struct] | None = None
    is_personal: bool = False
    scope: str | None = None
    has_key: bool = False
    refuses: tuple[str, ...] = ()


async def _categories(call: Call) -> s.Categories:
    return s.Categories(categories=await catalogue.categories(call.connection))


async def _products(call: Call) -> s.ProductList:
    return await catalogue.products(call.connection, call.query)


async def _product(call: Call) -> s.ProductDetails:
    return await catalogue.product(call.connection, call.path["name"])


async def _stock(call: Call) -> s.Stock:
    return await catalogue.stock(call.connection, call.path["product_id"])


async def _change_stock(call: Call) -> s.Stock:
    product_id = call.path["product_id"]
    return await catalogue.change_stock(call.connection, product_id, call.body.change)


async def _new_cart(call: Call) -> s.Cart:
    return await carts.new_cart(call.connection)


async def _cart(call: Call) -> s.Cart:
    return await carts.cart(call.connection, call.path["cart_id"])


async def _set_line(call: Call) -> s.Cart:
    return await carts.set_line(
        call.connection,
        call.path["cart_id"],
        product_id=call.path["product_id"],
        quantity=call.body.quantity,
    )


async def _claim_cart(call: Call) -> s.CartClaimed:
    claimed = await carts.claim(call.connection, call.person, call.body.cart_id)
    return s.CartClaimed(cart_id=claimed)


async def _welcome(call: Call) -> s.Welcome:
    return s.Welcome(is_new=await people.welcome(call.connection, call.person, call.body))


async def _last_address(call: Call) -> s.LastAddress:
    return s.LastAddress(address=await people.last_address(call.connection, call.person))


async def _place(call: Call) -> s.Order:
    return await orders.place(
        call.connection, call.person, call.body, key=call.key, new_id=call.new_id
    )


async def _orders(call: Call) -> s.Orders:
    return s.Orders(orders=await orders.orders(call.connection, call.person))


async def _order(call: Call) -> s.Order:
    return await orders.order(call.connection, call.person, call.path["order_id"])


async def _refund(call: Call) -> s.Order:
    return await orders.refund(call.connection, call.person, call.path["order_id"])


OPERATIONS: Final = (
    Operation(
        method="GET", path="/v1/categories", name="listCategories",
        summary="The departments in their order", run=_categories, gives=s.Categories,
    ),
    Operation(
        method="GET", path="/v1/products", name="listProducts",
        summary="The products that match, the first of them", run=_products,
        gives=s.ProductList, query=s.ProductQuery,
    ),
    Operation(
        method="GET", path="/v1/products/{name}", name="getProduct",
        summary="A product by id or slug", run=_product, gives=s.ProductDetails,
        refuses=("not_found",),
    ),
    Operation(
        method="GET", path="/v1/inventory/{product_id}", name="getStock",
        summary="What can be sold of a product", run=_stock, gives=s.Stock,
        refuses=("not_found",),
    ),
    Operation(
        method="PATCH", path="/v1/inventory/{product_id}", name="changeStock",
        summary="Adds to the stock, or takes from it, never below none", run=_change_stock,
        gives=s.Stock, takes=s.StockChange, is_personal=True, scope=STOCK_SCOPE,
        refuses=("not_found", "out_of_stock"),
    ),
    Operation(
        method="POST", path="/v1/carts", name="createCart",
        summary="An empty cart, known by its id alone", run=_new_cart, gives=s.Cart, status=201,
    ),
    Operation(
        method="GET", path="/v1/carts/{cart_id}", name="getCart",
        summary="A cart at today's prices", run=_cart, gives=s.Cart, refuses=("not_found",),
    ),
    Operation(
        method="PUT", path="/v1/carts/{cart_id}/items/{product_id}", name="setLine",
        summary="So much of a product in the cart; 0 removes it", run=_set_line, gives=s.Cart,
        takes=s.Line, refuses=("not_found",),
    ),
    Operation(
        method="PUT", path="/v1/me", name="welcome",
        summary="Notes who signed in, and says whether they are new", run=_welcome,
        gives=s.Welcome, takes=s.Profile, is_personal=True,
    ),
    Operation(
        method="PUT", path="/v1/me/cart", name="claimCart",
        summary="The person's one cart, a guest's lines added to it", run=_claim_cart,
        gives=s.CartClaimed, takes=s.CartClaim, is_personal=True, refuses=("forbidden",),
    ),
    Operation(
        method="GET", path="/v1/me/address", name="getLastAddress",
        summary="The address that the person gave last", run=_last_address,
        gives=s.LastAddress, is_personal=True,
    ),
    Operation(
        method="POST", path="/v1/orders", name="placeOrder",
        summary="Makes the cart an order, once for each Idempotency-Key", run=_place,
        gives=s.Order, status=201, takes=s.OrderRequest, is_personal=True, has_key=True,
        refuses=("forbidden", "cart_empty", "price_changed", "out_of_stock", "key_reused"),
    ),
    Operation(
        method="GET", path="/v1/orders", name="listOrders",
        summary="The person's orders, the latest first", run=_orders, gives=s.Orders,
        is_personal=True,
    ),
    Operation(
        method="GET", path="/v1/orders/{order_id}", name="getOrder",
        summary="One of the person's orders", run=_order, gives=s.Order, is_personal=True,
        refuses=("not_found",),
    ),
    Operation(
        method="POST", path="/v1/orders/{order_id}/refund", name="refundOrder",
        summary="Gives an order back, whole, and its goods to the stock", run=_refund,
        gives=s.Order, is_personal=True, refuses=("not_found", "already_refunded"),
    ),
)  # fmt: skip
