"""Pages equal a count of their views and of the sessions that began and ended on them."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from histories import load, random_history
from recount import events_in, window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)


@pytest.mark.parametrize(
    ("filters", "visit", "event"),
    [
        pytest.param((), lambda _: True, lambda _: True, id="all"),
        pytest.param(
            ("channel=Email",), lambda v: v.first.channel == "Email", lambda _: True, id="channel"
        ),
    ],
)
def test_each_page_equals_a_recount(
    connection: psycopg.Connection, ask: Any, filters: Any, visit: Any, event: Any
) -> None:
    past = random_history(71, events=600)
    load(connection, past)

    rows = ask("pages", filters=filters).rows

    seen = window(FROM, TO, visit=visit, event=event)
    events = events_in(past, seen)
    viewed = [visit.views for visit in past.visits if seen.takes(visit) and visit.views]
    entries = [views[0].page for views in viewed if seen.holds(views[0].at)]
    exits = [views[-1].page for views in viewed if seen.holds(views[-1].at)]
    views = [event for event in events if event.action == "page_view"]
    assert {row["page"] for row in rows} == {event.page for event in events}
    for row in rows:
        page = row["page"]
        assert row["views"] == sum(view.page == page for view in views)
        assert row["visitors"] == len({view.visitor for view in views if view.page == page})
        assert (row["entries"], row["exits"]) == (entries.count(page), exits.count(page))
        assert row["engagement_time_ms"] == sum(
            event.engaged_ms or 0 for event in events if event.page == page
        )


def test_a_page_filter_shows_the_pages_that_match(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(72, events=600))

    rows = ask("pages", filters=("page=/*s*",)).rows

    assert {row["page"] for row in rows} == {"/laptops", "/search"}
