"""Live, search and clicks equal a count of their events."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from histories import Happening, history, load, random_history
from recount import events_in, window

from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres

NOW = dt.datetime(2026, 3, 14, 15, 30, tzinfo=dt.UTC)
FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_minutes_that_cannot_be_shown_are_refused(ask: Any, minutes: int) -> None:
    with pytest.raises(ReportError, match="give 1 to 1440"):
        ask("live", minutes=minutes)


def test_live_shows_every_one_of_the_last_minutes(connection: psycopg.Connection, ask: Any) -> None:
    ages = {"old": 30, "ann": 29, "bob": 29, "cyd": 0}
    load(
        connection,
        history(
            Happening(at=NOW - age * MINUTE, visitor=name, page="/a" if age else "/b")
            for name, age in ages.items()
        ),
    )

    report = ask("live")

    assert len(report.rows) == 31
    assert {row["minute"]: row["visitors"] for row in report.rows if row["events"]} == {
        NOW - 29 * MINUTE: 2,
        NOW: 1,
    }
    assert (report.summary["visitors"], report.summary["events"]) == (3, 3)
    assert [(row["page"], row["visitors"]) for row in report.summary["pages"]] == [
        ("/a", 2),
        ("/b", 1),
    ]


def test_search_tells_what_followed_in_the_session(
    connection: psycopg.Connection, ask: Any
) -> None:
    steps = [
        ("ann", 0, "search", " Laptop"),
        ("ann", 1, "search", "mouse"),
        ("ann", 2, "view_item", None),
        ("ann", 3, "purchase", None),
        ("bob", 0, "search", "laptop"),
        ("bob", 90, "view_item", None),
    ]
    load(
        connection,
        history(
            Happening(at=AT + minute * MINUTE, visitor=who, name=action, action=action, term=term)
            for who, minute, action, term in steps
        ),
    )

    rows = {row["search_term"]: row for row in ask("search").rows}

    assert set(rows) == {"laptop", "mouse"}
    laptop = rows["laptop"]
    assert (laptop["searches"], laptop["visitors"], laptop["exits"]) == (2, 2, 1)
    assert (laptop["refinements"], laptop["sessions_with_purchase"]) == (1, 1)
    assert rows["mouse"]["view_rate"] == 1


def test_searches_of_a_random_history_are_all_counted(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(111, events=600)
    load(connection, past)

    rows = ask("search").rows

    events = events_in(past, window(FROM, TO))
    assert sum(row["searches"] for row in rows) == sum(event.action == "search" for event in events)


def test_clicks_are_by_page_and_element(connection: psycopg.Connection, ask: Any) -> None:
    button = {"tag": "button", "id": "buy", "text": "Buy now"}
    clicks = [
        Happening(at=AT + place * MINUTE, name="click", action="click", page=page, element=button)
        for place, page in enumerate(("/a", "/a", "/b"))
    ]
    load(connection, history([*clicks, Happening(at=AT, page="/a")]))

    rows = ask("clicks").rows

    assert [(row["page"], row["element_id"], row["text"], row["clicks"]) for row in rows] == [
        ("/a", "buy", "Buy now", 2),
        ("/b", "buy", "Buy now", 1),
    ]
    assert (rows[0]["views"], rows[0]["clicks_per_view"], rows[1]["clicks_per_view"]) == (
        1,
        2,
        None,
    )
