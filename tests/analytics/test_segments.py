"""Segments and customers equal a count by person."""

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, Sale, history, load, random_history
from recount import sales_in, visits_in, window
from test_attribution import person

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_each_customer_equals_a_count_of_its_orders(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(131, events=1200, visitors=40)
    load(connection, past)

    rows = ask("customers").rows

    bought: dict[Any, list[Sale]] = defaultdict(list)
    for sale in sales_in(past, window(FROM, TO)):
        bought[person(sale.visit), sale.event.currency].append(sale)
    assert {(row["person"], row["currency"]) for row in rows} == set(bought)
    for row in rows:
        mine = bought[row["person"], row["currency"]]
        assert row["orders"] == len(mine)
        assert row["revenue"] == sum(sale.event.worth for sale in mine)
        assert row["last_ordered_at"] == max(sale.event.at for sale in mine)
        others = [sales for key, sales in bought.items() if key[1] == row["currency"]]
        fewer = sum(len(sales) < len(mine) for sales in others)
        assert row["frequency_score"] == 1 + 5 * fewer // len(others)


def test_ten_customers_fall_into_fifths_and_have_their_usual_names(
    connection: psycopg.Connection, ask: Any
) -> None:
    orders = [
        Happening(
            at=AT + number * dt.timedelta(hours=1) + repeat * dt.timedelta(minutes=1),
            visitor=f"c{number}", name="purchase", action="purchase", value=Decimal(number + 1),
            currency="USD",
        )
        for number in range(10)
        for repeat in range(number + 1)
    ]  # fmt: skip
    load(connection, history(orders))

    rows = {row["person"]: row for row in ask("customers").rows}
    segments = {row["segment"]: row["customers"] for row in ask("segments").rows}

    assert [rows[f"c{number}"]["recency_score"] for number in range(10)] == [
        1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
    ]  # fmt: skip
    assert rows["c9"]["segment"] == "Champions"
    assert segments == {
        "Champions": 2, "Loyal customers": 2, "Need attention": 2, "Hibernating": 4,
    }  # fmt: skip


def test_behaviour_tells_buyers_from_browsers(connection: psycopg.Connection, ask: Any) -> None:
    steps = [
        ("repeat", -20, "purchase"), ("repeat", 0, "purchase"), ("once", 0, "purchase"),
        ("cart", 0, "add_to_cart"), ("browser", 0, "page_view"), ("lapsed", -20, "purchase"),
        ("gone", -20, "page_view"), ("lapsed and back", -20, "purchase"),
        ("lapsed and back", 0, "add_to_cart"),
    ]  # fmt: skip
    load(
        connection,
        history(
            Happening(at=AT + days * DAY, visitor=who, name=action, action=action,
                      value=Decimal(5), currency="USD")
            for who, days, action in steps
        ),
    )  # fmt: skip

    rows = ask("segments", kind="behaviour").rows

    assert [(row["segment"], row["customers"], row["orders"], row["revenue"]) for row in rows] == [
        ("Repeat buyer", 1, 1, 5),
        ("One-time buyer", 1, 1, 5),
        ("Cart abandoner", 1, 0, 0),
        ("Browser", 1, 0, 0),
        ("Lapsed", 2, 0, 0),
    ]
    assert sum(row["share"] for row in rows) == pytest.approx(1)


def test_lifecycle_segments_equal_a_count_by_person(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(132, events=900, visitors=60)
    load(connection, past)
    first = dt.date(2026, 3, 8)

    rows = ask("segments", kind="lifecycle", from_=first, to=TO).rows

    here = visits_in(past, window(first, TO))
    before = visits_in(past, window(dt.date(2026, 3, 5), dt.date(2026, 3, 7)))
    now, then = ({person(visit) for visit in visits} for visits in (here, before))
    new = {person(visit) for visit in here if visit.is_first}
    expected = Counter(
        "Dormant" if who not in now
        else "Returning" if who in then
        else "New" if who in new
        else "Resurrected"
        for who in now | then
    )  # fmt: skip
    assert {row["segment"]: row["customers"] for row in rows} == expected
