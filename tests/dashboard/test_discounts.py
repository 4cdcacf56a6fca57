"""Discounts by product: what the Products page makes of the bands of a report."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import read_view
from clickstream.dashboard.pages.products_kinds_data import Kind, fetch_kind
from clickstream.dashboard.queries import Answers

pytestmark = pytest.mark.unit
SOLD = ("orders", "quantity", "revenue", "discount_given")


def band(product: str, discount: str, currency: str | None = "EUR", **own: Any) -> dict[str, Any]:
    return {
        "product_id": product, "product_name": product.upper(), "product_brand": "Acme",
        "product_category": "", "discount": discount, "currency": currency, "views": 0,
        "average_price": None, "lift": None, **dict.fromkeys(SOLD, 0), **own,
    }  # fmt: skip


def fetch(rows: list[dict[str, Any]], query: str = "kind=discounts") -> Kind:
    class Prices:
        async def ask(self, asked: Any) -> Report:
            assert dict(asked.options)["kind"] == "prices"
            return Report(name="products", params={}, columns=(), rows=rows)

    office = Office(Answers(Prices()), lambda: dt.datetime(2026, 11, 22, tzinfo=dt.UTC), "", str)  # type: ignore[arg-type]
    return asyncio.run(fetch_kind(office, read_view(query, ["products"])))


def test_a_product_tells_what_was_given_away_and_how_it_sold_beside_full_price() -> None:
    [row] = fetch([
        band("a", "full price", views=100, orders=4, quantity=5, revenue=500),
        band("a", "10 % to 20 %", views=40, orders=2, quantity=3, revenue=255, discount_given=45),
        band("a", "under 10 %", views=10, orders=1, quantity=2, revenue=190, discount_given=10),
    ]).rows  # fmt: skip
    assert (row["name"], row["under"]) == ("A", "Acme")
    assert (row["discount_given"], row["quantity"], row["revenue"]) == (55, 10, 945)
    assert row["average_discount"] == pytest.approx(0.055)
    assert row["discounted_share"] == 0.5
    assert (row["full_rate"], row["discounted_rate"]) == (0.04, 0.06)
    assert row["effect"] == pytest.approx(0.5)


def test_a_product_that_had_no_discount_is_left_out() -> None:
    rows = fetch([band("a", "full price", views=9), band("b", "under 10 %", views=3)]).rows
    assert [row["name"] for row in rows] == ["B"]
    assert (rows[0]["effect"], rows[0]["discounted_rate"]) == (None, 0)
    assert rows[0]["average_discount"] is None


def test_money_of_two_currencies_is_never_added_up() -> None:
    rows = [
        band(
            "a", "under 10 %", "EUR", views=20, orders=3, quantity=3, revenue=90, discount_given=9
        ),
        band(
            "a", "under 10 %", "USD", views=20, orders=1, quantity=1, revenue=70, discount_given=7
        ),
    ]
    assert [row["discount_given"] for row in fetch(rows).rows] == [9]
    found = fetch(rows, "kind=discounts&currency=USD")
    assert (found.currency, found.rows[0]["discount_given"]) == ("USD", 7)
    assert found.rows[0]["discounted_rate"] == 0.05
