"""Orders: what is taken from stock, once for each key, and given back."""

import re
from collections.abc import Callable
from itertools import groupby
from typing import Any, Final

from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row

from clickstream.errors import ShopError
from clickstream.shop.carts import is_uuid
from clickstream.shop.people import address_id, user_id
from clickstream.shop.rules import CURRENCY, fingerprint, sum_of, totals
from clickstream.shop.shapes import Address, Order, OrderLine, OrderRequest
from clickstream.shop.store import Connection, all_of, do, one_of, statement
from clickstream.shop.tokens import Person

KEY: Final = re.compile(r"[\x21-\x7e]{8,100}", re.ASCII)
_ADDRESS: Final = Address.__struct_fields__
NewId = Callable[[], str]


async def place(
    connection: Connection, person: Person, request: OrderRequest, *, key: str, new_id: NewId
) -> Order:
    """The order of this key: made now from the cart, or the one that the key has made before.

    Stock, cart and order change together or not at all.
    """
    if not KEY.fullmatch(key):
        raise ShopError("invalid", "Idempotency-Key needs 8 to 100 visible characters")
    if made := await _order_of_key(connection, person, request, key=key):
        return made
    try:
        async with connection.transaction():
            order_id = await _make(connection, person, request, key=key, order_id=new_id())
    except (UniqueViolation, ShopError) as error:
        if isinstance(error, ShopError) and error.code != "cart_empty":
            raise
        # The same key at the same time: the one that came first has made the order of the cart.
        if made := await _order_of_key(connection, person, request, key=key):
            return made
        raise
    return await order(connection, person, order_id)


async def _make(
    connection: Connection, person: Person, request: OrderRequest, *, key: str, order_id: str
) -> str:
    user = await user_id(connection, person)
    lines = await _take_cart(connection, {"cart_id": request.cart_id, "user_id": user})
    sums = totals(sum_of(lines), request.shipping_tier)
    if sums.value != request.expected_value:
        detail = f"the order is {sums.value} now, not {request.expected_value}"
        raise ShopError("price_changed", detail, value=sums.value)
    address = await address_id(connection, user, request.address)
    await do(
        connection, "new_order", id=order_id, user_id=user, address_id=address, key=key,
        request_hash=fingerprint(request), currency=CURRENCY, **sums._asdict(),
        shipping_tier=request.shipping_tier, payment_type=request.payment_type,
    )  # fmt: skip
    for line in lines:
        await _take_from_stock(connection, line)
        values = {name: getattr(line, name) for name in OrderLine.__struct_fields__}
        await do(connection, "new_order_line", order_id=order_id, **values)
    return order_id


async def _take_cart(connection: Connection, of: dict[str, Any]) -> list[OrderLine]:
    """The cart's lines. It is locked, so that it makes one order, and emptied."""
    cart = await one_of(connection, "lock_cart", **of) if is_uuid(of["cart_id"]) else None
    lines: list[OrderLine] = []
    if cart:
        lines = await all_of(connection, "cart_to_order", OrderLine, cart_id=cart["id"])
    if cart is None or not lines:
        raise ShopError("cart_empty", "there is nothing in the cart")
    await do(connection, "empty_cart", cart_id=cart["id"])
    return lines


async def _take_from_stock(connection: Connection, line: OrderLine) -> None:
    """Lines come in the order of their ids, so that two buyers never wait for each other."""
    taken = {"product_id": line.product_id, "quantity": line.quantity}
    if await do(connection, "take_stock", **taken):
        return
    row = await one_of(connection, "stock", product_id=line.product_id)
    left = row["on_hand"] if row else 0
    detail = f"{left} of {line.name} are left, {line.quantity} were asked for"
    raise ShopError("out_of_stock", detail, productId=line.product_id, left=left)


async def refund(connection: Connection, person: Person, order_id: str) -> Order:
    """The order, given back whole; its goods are in stock again."""
    async with connection.transaction():
        await order(connection, person, order_id)
        if not await do(connection, "refund", id=order_id, sub=person.sub):
            raise ShopError("already_refunded", f"order {order_id} was refunded before")
        await do(connection, "restock", id=order_id)
    return await order(connection, person, order_id)


async def order(connection: Connection, person: Person, order_id: str) -> Order:
    """One of the person's orders."""
    found = await _read(connection, sub=person.sub, id=order_id, key=None)
    if not found:
        raise ShopError("not_found", f"there is no order {order_id}")
    return _order(*found[0])


async def orders(connection: Connection, person: Person) -> list[Order]:
    """The person's orders, the latest first."""
    return [_order(*found) for found in await _read(connection, sub=person.sub, id=None, key=None)]


async def _order_of_key(
    connection: Connection, person: Person, request: OrderRequest, *, key: str
) -> Order | None:
    found = await _read(connection, sub=person.sub, id=None, key=key)
    if not found:
        return None
    if found[0][0]["request_hash"] != fingerprint(request):
        raise ShopError("key_reused", "this idempotency key belongs to another request")
    return _order(*found[0])


async def _read(
    connection: Connection, **values: object
) -> list[tuple[dict[str, Any], list[OrderLine]]]:
    """Orders as they are stored, each with its lines."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement("orders"), values)
        rows = await cursor.fetchall()
        await cursor.execute(statement("order_lines"), {"order_ids": [row["id"] for row in rows]})
        stored = await cursor.fetchall()
    lines = {
        order_id: [OrderLine(**{k: v for k, v in line.items() if k != "order_id"}) for line in of]
        for order_id, of in groupby(stored, key=lambda line: line["order_id"])
    }
    return [(row, lines.get(row["id"], [])) for row in rows]


def _order(row: dict[str, Any], lines: list[OrderLine]) -> Order:
    kept = {k: v for k, v in row.items() if k != "request_hash" and k not in _ADDRESS}
    address = Address(**{name: row[name] for name in _ADDRESS})
    return Order(**kept, address=address, lines=lines)
