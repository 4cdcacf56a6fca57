"""The shop's database as the storefront makes it: its migrations, and its catalogue."""

import json
from pathlib import Path
from typing import Any

import psycopg

STOREFRONT = Path(__file__).parents[2] / "storefront"
MIGRATIONS = sorted((STOREFRONT / "prisma" / "migrations").glob("*/migration.sql"))


def catalogue() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((STOREFRONT / "prisma" / "catalogue.json").read_text())
    return loaded


def make_shop(url: str) -> None:
    """Makes the tables, and puts all products into them."""
    content = catalogue()
    with psycopg.connect(url) as connection:
        for migration in MIGRATIONS:
            connection.execute(migration.read_bytes())
        for position, one in enumerate(content["categories"]):
            connection.execute(
                "insert into categories values (%(id)s, %(slug)s, %(title)s, %(blurb)s, %(at)s)",
                one | {"at": position},
            )
        for brand in {one["brand"] for one in content["products"]}:
            connection.execute("insert into brands values (%s, %s)", (brand, brand))
        for one in content["products"]:
            _add(connection, one)


def _add(connection: psycopg.Connection, one: dict[str, Any]) -> None:
    connection.execute(
        "insert into products (id, slug, name, description, specs, category_id, brand_id, price,"
        " discount_price, currency, popularity, search_text)"
        " values (%(id)s, %(slug)s, %(name)s, %(description)s, %(specs)s, %(category)s, %(brand)s,"
        " %(price)s, %(discount)s, 'VND', %(popularity)s, %(text)s)",
        one
        | {
            "specs": json.dumps(one["specs"]),
            "discount": one.get("discountPrice"),
            "text": f"{one['name']} {one['brand']} {one['category']}".lower(),
        },
    )
    connection.execute("insert into inventory values (%(id)s, %(stock)s)", one)
