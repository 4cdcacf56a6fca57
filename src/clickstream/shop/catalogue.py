"""What is sold, and how much of it is there."""

from clickstream.errors import ShopError
from clickstream.shop.rules import words
from clickstream.shop.shapes import (
    Category,
    Product,
    ProductDetails,
    ProductList,
    ProductQuery,
    Stock,
)
from clickstream.shop.store import Connection, all_of, one_of


async def categories(connection: Connection) -> list[Category]:
    """The departments in their order."""
    return await all_of(connection, "categories", Category)


async def products(connection: Connection, query: ProductQuery) -> ProductList:
    """The first products that match, how many there are, and of which brands."""
    wanted = {
        "category": query.category or None,
        "brand": query.brand or None,
        "in_stock": query.in_stock,
        "patterns": [f"%{word}%" for word in words(query.search)],
    }
    found = await all_of(
        connection, "products", Product, sort=query.sort, limit=query.limit, **wanted
    )
    facets = await one_of(connection, "product_facets", **wanted) or {}
    return ProductList(products=found, total=facets["total"], brands=facets["brands"])


async def product(connection: Connection, name: str) -> ProductDetails:
    """A product by id or slug."""
    found = await all_of(connection, "product", ProductDetails, name=name)
    if not found:
        raise ShopError("not_found", f"there is no product {name}")
    return found[0]


async def stock(connection: Connection, product_id: str) -> Stock:
    """What can be sold of a product now."""
    found = await all_of(connection, "stock", Stock, product_id=product_id)
    if not found:
        raise ShopError("not_found", f"there is no product {product_id}")
    return found[0]


async def change_stock(connection: Connection, product_id: str, change: int) -> Stock:
    """The stock after pieces came or went. It never falls below none."""
    changed = await all_of(connection, "change_stock", Stock, product_id=product_id, change=change)
    if changed:
        return changed[0]
    left = (await stock(connection, product_id)).on_hand
    detail = f"{left} of {product_id} are there, {-change} cannot go"
    raise ShopError("out_of_stock", detail, productId=product_id, left=left)
