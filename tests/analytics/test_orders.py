"""Orders with their refunds, and carts across sessions."""

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, Item, history, load, random_history
from recount import sales_in, window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
NOON = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_each_order_is_a_row_with_what_was_refunded(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(41, events=800)
    load(connection, past)

    report = ask("orders")

    sales = {sale.id: sale for sale in sales_in(past, window(FROM, TO))}
    assert {row["order_id"] for row in report.rows} == set(sales)
    for row in report.rows:
        sale = sales[row["order_id"]]
        assert row["value"] == sale.event.worth
        assert row["refunded"] == sale.refunded
        assert row["duplicates"] == sale.duplicates
        assert row["channel"] == sale.visit.first.channel
    moments = [row["ordered_at"] for row in report.rows]
    assert moments == sorted(moments, reverse=True)


def test_totals_are_per_currency(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(42, events=800))

    report = ask("orders")

    for total in report.summary["totals"]:
        rows = [row for row in report.rows if row["currency"] == total["currency"]]
        assert total["orders"] == len(rows)
        assert total["revenue"] == sum(row["value"] for row in rows)
        assert total["net_revenue"] == sum(row["net_value"] for row in rows)
        assert total["average_order_value"] == total["revenue"] / len(rows)


def test_instants_are_shown_in_the_zone(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, history([_order(NOON)]))

    (row,) = ask("orders", timezone="Asia/Ho_Chi_Minh").rows

    assert row["ordered_at"].isoformat() == "2026-03-06T19:00:00+07:00"


CARTS = [
    pytest.param(["cart 0", "order 24"], (1, 1, 0, 0), id="ordered after exactly 24 hours"),
    pytest.param(["cart 0", "order 25"], (1, 0, 1, 0), id="ordered too late"),
    pytest.param(["cart 0", "cart 20", "order 30"], (1, 1, 0, 0), id="later addition, later order"),
    pytest.param(["cart 0", "order 1", "cart 2"], (2, 1, 1, 0), id="a new cart after an order"),
    pytest.param(["cart 0", "cart 25"], (2, 0, 2, 0), id="two carts more than a day apart"),
    pytest.param(["cart 0", "cart 24"], (1, 0, 1, 0), id="one cart at exactly a day"),
    pytest.param(["cart -40", "cart -20"], (0, 0, 0, 0), id="opened before the range"),
    pytest.param(["cart 107", "order 130"], (1, 1, 0, 0), id="ordered after the range"),
    pytest.param(["order 0"], (0, 0, 0, 0), id="an order without a cart"),
]


@pytest.mark.parametrize(("steps", "expected"), CARTS)
def test_a_cart_is_abandoned_after_24_hours_without_an_order(
    connection: psycopg.Connection, ask: Any, steps: list[str], expected: tuple[int, ...]
) -> None:
    load(connection, history(_step(text) for text in steps))

    carts = ask("orders").summary["carts"]

    shown = tuple(
        carts[name] for name in ("carts", "ordered_carts", "abandoned_carts", "pending_carts")
    )
    assert shown == expected


def _step(text: str) -> Happening:
    kind, hours = text.split()
    at = NOON + int(hours) * HOUR
    return _order(at) if kind == "order" else _cart(at)


def _order(at: dt.datetime) -> Happening:
    return Happening(at=at, name="purchase", action="purchase", value=Decimal(10), currency="USD")


def _cart(at: dt.datetime) -> Happening:
    return Happening(at=at, name="cart", action="add_to_cart", product=Item(id="p1"))


def test_a_cart_is_pending_while_its_day_lasts(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, history([_cart(NOON)]))

    carts = ask("orders", now=NOON + 24 * HOUR).summary["carts"]

    assert (carts["pending_carts"], carts["abandoned_carts"]) == (1, 0)
    assert carts["cart_abandonment_rate"] is None
