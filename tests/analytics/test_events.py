"""Events by name equal a count of them."""

import datetime as dt
from collections import Counter
from typing import Any

import psycopg
import pytest
from histories import Happening, Item, history, load, random_history
from recount import events_in, window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)


def test_each_name_is_counted_with_its_visitors(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(21)
    load(connection, past)

    rows = ask("events").rows

    events = events_in(past, window(FROM, TO))
    numbers = Counter((event.name, event.action) for event in events)
    visitors = {
        key: len({event.visitor for event in events if (event.name, event.action) == key})
        for key in numbers
    }
    assert {(row["event_name"], row["action"]): row["events"] for row in rows} == numbers
    assert {(row["event_name"], row["action"]): row["visitors"] for row in rows} == visitors
    assert [row["events"] for row in rows] == sorted(numbers.values(), reverse=True)


def test_a_session_filter_and_an_event_filter_hold_together(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(22)
    load(connection, past)

    rows = ask("events", filters=("device=mobile", "page=/cart")).rows

    events = [
        event
        for event in events_in(past, window(FROM, TO))
        if event.device == "mobile" and event.page == "/cart"
    ]
    assert sum(row["events"] for row in rows) == len(events) > 0


def test_a_limit_keeps_the_most_frequent(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(23))

    assert ask("events", limit=3).rows == ask("events").rows[:3]


ACME = Item(id=None, brand="Acme")
PLAIN = Item(id="p1")
NAMED = {
    "nothing": {},
    "a brand alone": {"product": ACME},
    "an id alone": {"product": PLAIN},
    "items": {"items": (PLAIN, ACME)},
    "items of no brand": {"items": (PLAIN,)},
}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(("brand=Acme",), {"a brand alone", "items"}, id="a brand"),
        pytest.param(("product_id=p1",), {"an id alone", "items", "items of no brand"}, id="an id"),
        pytest.param(
            ("brand!=Acme",), {"nothing", "an id alone", "items", "items of no brand"}, id="not one"
        ),
        pytest.param(
            ("brand=",), {"nothing", "an id alone", "items", "items of no brand"}, id="none"
        ),
        pytest.param(("brand=Acme", "brand="), set(NAMED), id="a brand or none"),
        pytest.param(("brand=Acme", "product_id="), {"a brand alone", "items"}, id="two fields"),
        pytest.param(("brand=Acme", "product_id=p1"), set(), id="two fields of two lines"),
    ],
)
def test_a_filter_on_products_takes_the_events_that_name_one(
    connection: psycopg.Connection, ask: Any, texts: tuple[str, ...], expected: set[str]
) -> None:
    at = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
    load(connection, history(Happening(at=at, name=name, **NAMED[name]) for name in NAMED))

    assert {row["event_name"] for row in ask("events", filters=texts).rows} == expected
