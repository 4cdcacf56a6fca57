"""Products equal a count of the events that name them and of the lines that sell them."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import PRODUCTS, Happening, History, Item, history, load, random_history
from recount import Window, events_in, sales_in, window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
ACTIONS = {"impressions": "view_item_list", "views": "view_item", "carts": "add_to_cart"}
# Days of another zone, of the same length: the aggregated days cannot answer for them.
ELSEWHERE = "Africa/Accra"


def recount(past: History, seen: Window) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The figures of each product and currency that it was sold in."""
    named: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ACTIONS, 0))
    for event in events_in(past, seen):
        for key, action in ACTIONS.items():
            if event.action == action:
                for line in event.lines:
                    if line.id is not None:
                        named[line.id][key] += 1
    sold: dict[tuple[str, str | None], dict[str, Any]] = {}
    for sale in sales_in(past, seen):
        for line in sale.event.lines:
            if line.id is None:
                continue
            figures = sold.setdefault(
                (line.id, sale.event.currency),
                {"orders": set(), "quantity": 0, "revenue": Decimal(0)},
            )
            figures["orders"].add(sale.id)
            figures["quantity"] += line.quantity
            figures["revenue"] += line.worth
    nothing = {"orders": 0, "quantity": 0, "revenue": Decimal(0)}
    told = {
        key: named[key[0]] | figures | {"orders": len(figures["orders"])}
        for key, figures in sold.items()
    }
    for product, seen_as in named.items():
        if not any(key[0] == product for key in sold):
            told[product, None] = seen_as | nothing
    return told


@pytest.mark.parametrize("seed", [31, 32])
def test_each_product_equals_a_recount(connection: psycopg.Connection, ask: Any, seed: int) -> None:
    past = random_history(seed, events=700)
    load(connection, past)

    rows = ask("products", timezone=ELSEWHERE).rows

    expected = recount(past, window(FROM, TO))
    assert {(row["product_id"], row["currency"]) for row in rows} == set(expected)
    for row in rows:
        figures = expected[row["product_id"], row["currency"]]
        assert {name: row[name] for name in figures} == figures


def test_brands_add_up_their_products(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(33, events=700))

    products = ask("products", timezone=ELSEWHERE).rows
    brands = ask("products", timezone=ELSEWHERE, by="brand").rows

    brand_of = {product.id: product.brand for product in PRODUCTS}
    for row in brands:
        parts = [
            product
            for product in products
            if brand_of[product["product_id"]] == row["product_brand"]
            and product["currency"] == row["currency"]
        ]
        assert row["revenue"] == sum(part["revenue"] for part in parts)
        assert row["quantity"] == sum(part["quantity"] for part in parts)


def test_a_brand_filter_shows_that_brand_alone(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(34, events=700))

    rows = ask("products", timezone=ELSEWHERE, filters=("brand=Bolt",)).rows

    everything = ask("products", timezone=ELSEWHERE).rows
    assert rows == [row for row in everything if row["product_brand"] == "Bolt"]
    assert rows


def test_rates_are_quotients_of_what_is_shown(connection: psycopg.Connection, ask: Any) -> None:
    at = dt.datetime(2026, 3, 6, 9, tzinfo=dt.UTC)
    item = Item(id="k1", name="Keyboard", price=Decimal(50), quantity=2)
    actions = ["view_item"] * 4 + ["add_to_cart"] * 2 + ["purchase"]
    load(
        connection,
        history(
            Happening(at=at + dt.timedelta(seconds=place), name=action, action=action,
                      items=(item,), currency="USD")
            for place, action in enumerate(actions)
        ),
    )  # fmt: skip

    (row,) = ask("products", timezone=ELSEWHERE).rows

    assert (row["view_to_cart_rate"], row["cart_to_order_rate"]) == (0.5, 0.5)
    assert (row["orders"], row["quantity"], row["revenue"]) == (1, 2, 100)
    assert row["product_name"] == "Keyboard"
