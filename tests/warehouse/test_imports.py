"""Spend and the shop's orders: stored once, whatever is imported how often; kept by a rebuild."""

import datetime as dt
from decimal import Decimal

import psycopg
import pytest

from clickstream.warehouse.exchange import KEPT
from clickstream.warehouse.imports import Stored, store

pytestmark = pytest.mark.postgres

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
DAY = dt.date(2026, 1, 31)


def cost(amount: str, clicks: int | None = None, campaign: str = "") -> tuple[object, ...]:
    return (DAY, "Paid Search", "google", "cpc", campaign, "USD", Decimal(amount), clicks, None)


def test_parts_of_one_amount_are_added_up_and_another_import_takes_their_place(
    connection: psycopg.Connection,
) -> None:
    rows = [cost("1.5", 3), cost("2.5", 4), cost("9", campaign="spring")]

    first = store(connection, "spend", rows, now=NOW)
    again = store(connection, "spend", rows, now=NOW)
    mended = store(connection, "spend", [cost("7")], now=NOW)

    assert first == Stored(records=3, keys=2, changed=2)
    assert again == Stored(records=3, keys=2, changed=0)
    assert mended.changed == 1
    found = connection.execute("select campaign, amount, clicks from spend order by 1").fetchall()
    assert found == [("", Decimal(7), None), ("spring", Decimal(9), None)]


def test_the_last_row_of_an_order_tells_how_it_stands(connection: psycopg.Connection) -> None:
    rows = [("A", NOW, Decimal(5), "USD", "placed"), ("A", NOW, Decimal(4), "USD", "paid")]

    assert store(connection, "orders", rows, now=NOW) == Stored(records=2, keys=1, changed=1)
    assert store(connection, "orders", rows, now=NOW).changed == 0

    assert connection.execute("select value, status from shop_orders").fetchall() == [
        (Decimal(4), "paid")
    ]


def test_a_rebuild_keeps_both() -> None:
    assert {"spend", "shop_orders"} <= set(KEPT)
