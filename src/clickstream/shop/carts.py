"""Carts: a guest's is known by its id alone, a person has at most one."""

from uuid import UUID

from clickstream.errors import ShopError
from clickstream.shop.catalogue import product
from clickstream.shop.people import user_id
from clickstream.shop.rules import CURRENCY, MOST_OF_ONE, sum_of
from clickstream.shop.shapes import Cart, CartLine, OrderLine, Product
from clickstream.shop.store import Connection, all_of, do, one_of
from clickstream.shop.tokens import Person


class _Row(Product, frozen=True):
    quantity: int


async def new_cart(connection: Connection) -> Cart:
    """An empty cart."""
    row = await one_of(connection, "new_cart") or {}
    return Cart(id=row["id"], lines=[], goods=sum_of([]), currency=CURRENCY)


async def cart(connection: Connection, cart_id: str) -> Cart:
    """A cart at today's prices."""
    if not is_uuid(cart_id) or not (row := await one_of(connection, "cart", cart_id=cart_id)):
        raise ShopError("not_found", f"there is no cart {cart_id}")
    rows = await all_of(connection, "cart_lines", _Row, cart_id=row["id"])
    lines = [CartLine(product=_product(row), quantity=row.quantity) for row in rows]
    currency = rows[0].currency if rows else CURRENCY
    return Cart(id=row["id"], lines=lines, goods=sum_of(map(_line, rows)), currency=currency)


async def set_line(connection: Connection, cart_id: str, *, product_id: str, quantity: int) -> Cart:
    """The cart with so much of a product in it, nothing of it for 0."""
    async with connection.transaction():
        sold = await product(connection, product_id)
        found = await cart(connection, cart_id)
        name = "set_line" if quantity else "remove_line"
        values = {"cart_id": found.id, "product_id": sold.id}
        await do(connection, name, **values, **({"quantity": quantity} if quantity else {}))
        await do(connection, "touch_cart", cart_id=found.id)
    return await cart(connection, cart_id)


async def claim(connection: Connection, person: Person, cart_id: str | None) -> str | None:
    """The person's one cart, a guest's lines added to it; nothing where there is none."""
    async with connection.transaction():
        user = await user_id(connection, person)
        own = await one_of(connection, "cart_of_user", user_id=user)
        guests = None
        if cart_id and is_uuid(cart_id):
            guests = await one_of(connection, "lock_guest_cart", cart_id=cart_id)
        if guests is None:
            return own["id"] if own else None
        if own is None:
            await do(connection, "own_cart", cart_id=guests["id"], user_id=user)
            return str(guests["id"])
        merged = {"into": own["id"], "from": guests["id"], "most": MOST_OF_ONE}
        await do(connection, "merge_carts", **merged)
        await do(connection, "remove_cart", cart_id=guests["id"])
        return str(own["id"])


def is_uuid(text: str) -> bool:
    """Whether a text can be a cart's id."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _product(row: _Row) -> Product:
    return Product(**{name: getattr(row, name) for name in Product.__struct_fields__})


def _line(row: _Row) -> OrderLine:
    return OrderLine(
        product_id=row.id,
        name=row.name,
        category=row.category,
        brand=row.brand,
        price=row.price,
        discount_price=row.discount_price,
        quantity=row.quantity,
    )
