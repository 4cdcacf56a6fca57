"""The clickstream's orders against the shop's own, imported or looked up in its database."""

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, history, load

from clickstream.analytics import ReportOptions, run_report
from clickstream.entrypoints.shop_orders import bring_orders
from clickstream.errors import ReportError
from clickstream.warehouse.connect import connect
from clickstream.warehouse.imports import store

pytestmark = pytest.mark.postgres

AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)


def bought(order: str, worth: str, at: dt.datetime = AT, **more: Any) -> Happening:
    given = {"currency": "USD", "visitor": order} | more
    return Happening(
        at=at, name="purchase", action="purchase", order=order, value=Decimal(worth), **given
    )


def own(
    order: str,
    worth: str,
    at: dt.datetime = AT,
    currency: str | None = "USD",
    status: str | None = "placed",
) -> Any:
    return (order, at, Decimal(worth), currency, status)


EDGE = dt.datetime(2026, 3, 11, 0, 0, 1, tzinfo=dt.UTC)
OURS = [
    bought("same", "10.00"), bought("other", "11"), bought("ours", "5"), bought("edge", "7"),
    bought("currency", "9"), bought("unknown", "9", currency=None), bought("robot", "3", bot=0.9),
    bought("later", "1", EDGE),
]  # fmt: skip
THEIRS = [
    own("same", "10"), own("other", "12"), own("theirs", "6"), own("edge", "7", EDGE),
    own("currency", "9", currency="EUR"), own("unknown", "9"), own("robot", "3"),
    own("later still", "1", EDGE),
]  # fmt: skip
STATUS = {
    "same": "equal", "other": "different", "ours": "extra", "theirs": "missing", "edge": "equal",
    "currency": "different", "unknown": "equal", "robot": "equal",
}  # fmt: skip


def test_every_order_of_either_side_is_told_how_it_stands(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, history(OURS))
    store(connection, "orders", THEIRS, now=AT)

    report = ask("reconcile")
    rows = {row["order_id"]: row for row in report.rows}

    assert {name: row["status"] for name, row in rows.items()} == STATUS
    assert [row["status"] for row in report.rows][:2] == ["missing", "extra"]
    assert (rows["other"]["clickstream_value"], rows["other"]["shop_value"]) == (11, 12)
    assert rows["other"]["difference"] == -1
    assert rows["theirs"]["currency"] == "USD"
    assert rows["robot"]["is_bot"]
    assert report.excluded == {}
    assert {name: report.summary[name] for name in ("missing", "extra", "different", "equal")} == {
        "missing": 1, "extra": 1, "different": 2, "equal": 4,
    }  # fmt: skip
    assert {row["status"] for row in ask("reconcile", filters=("device=desktop",)).rows} == {
        "extra", "different", "equal",
    }  # fmt: skip


def test_what_the_shop_cancelled_or_awaits_is_neither_missing_nor_equal(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, history([bought("kept", "10"), bought("back", "20"), bought("odd", "5")]))
    theirs = [
        own("kept", "10", status=None), own("back", "20", status="Cancelled"),
        own("never", "30", status="pending_payment"), own("odd", "5", status="lost"),
        own("gone", "40", status="shipped"),
    ]  # fmt: skip
    store(connection, "orders", theirs, now=AT)

    report = ask("reconcile")
    told = ask("reconcile", uncounted_status=("lost",))

    assert {row["order_id"]: row["status"] for row in report.rows} == {
        "kept": "equal", "back": "uncounted", "never": "uncounted", "odd": "equal",
        "gone": "missing",
    }  # fmt: skip
    assert report.summary["equal_rate"] == 2 / 3
    assert report.summary["totals"] == [
        {"currency": "USD", "clickstream": 15, "shop": 55, "difference": -40, "uncounted": 20}
    ]
    assert "cancelled" in report.params["uncounted_status"]
    assert {row["order_id"]: row["status"] for row in told.rows} == {
        "kept": "equal", "back": "equal", "never": "missing", "odd": "uncounted",
        "gone": "missing",
    }  # fmt: skip
    assert {row["order_id"] for row in ask("reconcile", filters=("device=desktop",)).rows} == {
        "kept", "back", "odd",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tolerance", "equal"),
    [
        pytest.param(None, {"exact"}, id="none"),
        pytest.param("0.01", {"exact", "cent"}, id="amount"),
        pytest.param("1%", {"exact", "cent", "percent"}, id="share"),
    ],
)
def test_values_within_the_tolerance_are_equal(
    connection: psycopg.Connection, ask: Any, tolerance: str | None, equal: set[str]
) -> None:
    ours = [bought("exact", "100"), bought("cent", "100.01"), bought("percent", "99")]
    load(connection, history([*ours, bought("far", "98.99")]))
    theirs = [own(name, "100") for name in ("exact", "cent", "percent", "far")]
    store(connection, "orders", theirs, now=AT)

    rows = ask("reconcile", tolerance=tolerance).rows

    assert {row["order_id"] for row in rows if row["status"] == "equal"} == equal


@pytest.mark.parametrize("tolerance", ["much", "-1", "NaN", "%", " "])
def test_a_tolerance_that_is_no_amount_is_refused(ask: Any, tolerance: str) -> None:
    with pytest.raises(ReportError, match="give an amount such as"):
        ask("reconcile", tolerance=tolerance)


def test_without_the_shops_orders_it_is_said_how_to_bring_them(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, history(OURS))

    report = ask("reconcile")

    assert list(report.rows) == []
    assert "--as orders" in report.notes[0]


def test_the_shops_database_is_read_and_nothing_stays(
    connection: psycopg.Connection, warehouse_url: str
) -> None:
    load(connection, history(OURS))
    connection.execute("create schema shop")
    connection.execute(
        "create table shop.orders as select order_id as id, ordered_at as placed_at,"
        " value * 2 as value, currency, 'placed' as status from orders"
    )
    connection.commit()
    options = ReportOptions(now=AT, from_=AT.date(), to=AT.date())
    query = "select id, placed_at, value, currency, status from shop.orders"

    with connect(warehouse_url, role="clickstream_reader") as reader:
        reader.autocommit = False
        brought = bring_orders(reader, warehouse_url, query=query)
        looked_up = run_report(reader, "reconcile", options)

    assert brought == len(OURS)
    assert {row["status"] for row in looked_up.rows} == {"different"}
    assert list(run_report(connection, "reconcile", options).rows) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("select 1", "gives 1 columns", id="columns"),
        pytest.param("select nothing from nowhere", "could not be read", id="wrong"),
        pytest.param("drop table orders", "could not be read", id="writing"),
    ],
)
def test_a_query_that_gives_no_orders_is_refused(
    connection: psycopg.Connection, warehouse_url: str, query: str, message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        bring_orders(connection, warehouse_url, query=query)
