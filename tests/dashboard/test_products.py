"""The table of products."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import read_view
from clickstream.dashboard.pages.products_data import (
    Line,
    Products,
    arrange,
    chosen_order,
    fetch_products,
)
from clickstream.dashboard.queries import Answers, Freshness, Question

pytestmark = pytest.mark.unit
NOW = dt.datetime(2026, 11, 22, 15, 30, tzinfo=dt.UTC)


class Shelf:
    """Answers every question about products with the same rows, a tenth of it for days before."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    async def ask(self, asked: Question) -> Report:
        return Report(name="products", params={}, columns=(), rows=self.rows)

    async def freshness(self) -> Freshness:
        return Freshness(version="", as_of=None, has_events=True)

    async def close(self) -> None:
        """Nothing is held."""


def row(key: str, currency: str | None, **figures: float) -> dict[str, Any]:
    names = ("views", "carts", "orders", "quantity", "revenue")
    known: dict[str, Any] = dict.fromkeys(names, 0) | figures
    rates = {"view_to_cart_rate": None, "cart_to_order_rate": None}
    return {"product_id": key, "currency": currency} | known | rates


def fetch(rows: list[dict[str, Any]], query: str = "") -> Products:
    office = Office(Answers(Shelf(rows)), lambda: NOW, "", str)
    return asyncio.run(fetch_products(office, read_view(query, ["products"])))


def test_sales_are_shown_in_one_currency_the_one_with_most_orders() -> None:
    found = fetch([
        row("a", "VND", views=9, orders=5, revenue=100),
        row("a", "USD", views=9, orders=1, revenue=7),
        row("b", "USD", views=4, orders=1, revenue=3),
        row("c", None, views=2),
    ])  # fmt: skip
    assert found.currency == "VND"
    shown = {line.key: (line.figures["views"], line.figures["revenue"]) for line in found.lines}
    assert shown == {"a": (9, 100), "b": (4, 0), "c": (2, 0)}


def test_another_currency_can_be_asked_for() -> None:
    found = fetch([row("a", "VND", orders=5, revenue=9), row("a", "USD", orders=1, revenue=7)],
                  "currency=USD")  # fmt: skip
    assert [(line.key, line.figures["revenue"]) for line in found.lines] == [("a", 7)]


def test_a_product_without_a_name_is_called_by_its_id() -> None:
    [line] = fetch([row("sku-1", None, views=1) | {"product_name": None}]).lines
    assert line.name == "sku-1"


def line(name: str, **figures: float | None) -> Line:
    return Line(key=name, name=name, under="", figures=figures, revenue_change=None)


def test_lines_without_the_figure_come_last_either_way() -> None:
    lines = [line("a", views=None), line("b", views=1.0), line("c", views=2.0)]
    for query, names in (("sort=-views", "cba"), ("sort=views", "bca"), ("sort=name", "abc")):
        order = chosen_order(read_view(query, ["products"]))
        assert "".join(found.name for found in arrange(lines, order, "")) == names


def test_a_search_finds_parts_of_names_in_any_case() -> None:
    lines = [line("Bàn phím Keychron", views=1.0), line("Mouse", views=1.0)]
    order = chosen_order(read_view("sort=views", ["products"]))
    assert [found.name for found in arrange(lines, order, "PHÍM")] == ["Bàn phím Keychron"]


def test_an_unknown_order_is_the_most_sold_first() -> None:
    order = chosen_order(read_view("sort=--drop table", ["products"]))
    assert (order.column, order.is_descending) == ("revenue", True)
