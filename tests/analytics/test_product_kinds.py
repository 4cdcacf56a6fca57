"""Products by the carts that held them, and by what was taken off their price."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, Item, history, load, random_history

pytestmark = pytest.mark.postgres

AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def item(product: str, price: int | None = 100, discounted: int | None = None, **more: Any) -> Item:
    return Item(
        id=product, name=product.title(), brand="Acme",
        price=None if price is None else Decimal(price),
        discount_price=None if discounted is None else Decimal(discounted), **more,
    )  # fmt: skip


def did(visitor: str, action: str, hours: float, *items: Item) -> Happening:
    return Happening(
        at=AT + hours * HOUR, visitor=visitor, name=action, action=action, items=items,
        currency="USD" if action == "purchase" else None,
    )  # fmt: skip


PEN, CUP, HAT = item("pen"), item("cup"), item("hat")


def test_a_product_is_told_what_became_of_the_carts_that_held_it(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(
        connection,
        history(
            [
                did("a", "add_to_cart", 0, PEN), did("a", "add_to_cart", 1, CUP, PEN),
                did("a", "purchase", 20, PEN),
                did("b", "add_to_cart", 0, PEN), did("b", "purchase", 30, PEN),
                did("c", "add_to_cart", 0, CUP), did("c", "add_to_cart", 40, CUP),
                did("d", "add_to_cart", 24 * 8, HAT), did("e", "view_item", 0, HAT),
            ]
        ),
    )  # fmt: skip
    at_once = {"now": AT + 24 * 8 * HOUR + HOUR, "to": dt.date(2026, 3, 14)}

    rows = {row["product_id"]: row for row in ask("products", kind="carts", **at_once).rows}
    brands = ask("products", kind="carts", by="brand", **at_once).rows

    def counts(row: Any) -> tuple[int, ...]:
        return tuple(row[f"{state}carts"] for state in ("", "ordered_", "abandoned_", "pending_"))

    assert {name: counts(row) for name, row in rows.items()} == {
        "pen": (2, 1, 1, 0), "cup": (3, 1, 2, 0), "hat": (1, 0, 0, 1),
    }  # fmt: skip
    assert rows["cup"]["cart_abandonment_rate"] == pytest.approx(2 / 3)
    assert rows["hat"]["cart_abandonment_rate"] is None
    assert [counts(row) for row in brands] == [(5, 1, 3, 1)]
    assert ask("orders", **at_once).summary["carts"]["carts"] == 5


@pytest.mark.parametrize("filters", [(), ("device=mobile",)])
def test_carts_with_any_product_are_all_carts(
    connection: psycopg.Connection, ask: Any, filters: tuple[str, ...]
) -> None:
    load(connection, random_history(191, events=1200))
    load_all = ask("orders", filters=filters).summary["carts"]

    brands = ask("products", kind="carts", by="brand", filters=filters).rows

    # Every addition of these histories names one product of one of two brands.
    assert load_all["carts"] <= sum(row["carts"] for row in brands) <= 2 * load_all["carts"]


def test_discounts_are_weighed_against_the_full_price(
    connection: psycopg.Connection, ask: Any
) -> None:
    full, tenth, half = item("pen"), item("pen", 100, 90), item("pen", 100, 50, quantity=3)
    dearer, free = item("cup", 100, 120), item("cup", None)
    events = [
        *(did(f"v{n}", "view_item", 0, full) for n in range(4)), did("v1", "purchase", 1, full),
        *(did(f"w{n}", "view_item", 0, tenth) for n in range(2)), did("w1", "purchase", 1, tenth),
        did("x", "view_item", 0, half), did("x", "add_to_cart", 1, half),
        did("x", "purchase", 2, half), did("y", "view_item", 0, dearer),
        did("y", "view_item", 1, free),
    ]  # fmt: skip
    load(connection, history(events))

    report = ask("products", kind="prices")
    rows = {row["discount"]: row for row in report.rows}

    assert list(rows) == ["full price", "10 % to 20 %", "50 % and more", "no price"]
    assert [row["views"] for row in rows.values()] == [5, 2, 1, 1]
    assert [row["orders"] for row in rows.values()] == [1, 1, 1, 0]
    assert [row["lift"] for row in rows.values()] == [1, 2.5, 5, 0]
    assert (rows["50 % and more"]["revenue"], rows["50 % and more"]["quantity"]) == (150, 3)
    assert rows["50 % and more"]["discount_given"] == 150
    assert rows["50 % and more"]["average_price"] == 50
    by_product = ask("products", kind="prices", by="product").rows
    assert Counter(row["product_id"] for row in by_product) == {"pen": 3, "cup": 2}
    assert {row["discount"] for row in ask("products", kind="prices", filters=("product=cup",)).rows
            } == {"full price", "no price"}  # fmt: skip
