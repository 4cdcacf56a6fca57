"""Reports that read the details of sessions answer as they do from the events."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from histories import Happening, history, load, random_history

from clickstream.analytics import Report
from clickstream.warehouse.details import refresh

pytestmark = pytest.mark.postgres

MINUTE = dt.timedelta(minutes=1)


def derive(connection: psycopg.Connection) -> None:
    connection.execute("insert into stale_sessions select session_id from sessions")
    connection.commit()
    assert refresh(connection, at_most=MINUTE) == 1


def told(report: Report) -> tuple[list[dict[str, Any]], Any]:
    """Rows and summary; averages to nine digits, for sums of doubles differ by their order."""
    return ([_rounded(row) for row in report.rows], report.summary)


def _rounded(row: Any) -> dict[str, Any]:
    return {
        name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()
    }


@pytest.mark.parametrize("report", ["events", "pages", "journeys"])
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="defaults"),
        pytest.param({"filters": ("channel=Email",)}, id="a channel"),
        pytest.param({"filters": ("device!=mobile", "visitor_type=new")}, id="two filters"),
        pytest.param({"filters": ("landing_page=/*s*",)}, id="a landing page"),
        pytest.param({"filters": ("login=guest", "visitor_id!=v1")}, id="columns of both"),
        pytest.param({"segments": ("browser",)}, id="a segment"),
        pytest.param({"filters": ("segment!=one-time-buyer", "os!=iOS")}, id="not a segment"),
        pytest.param({"bots": "include", "internal": "only"}, id="other traffic"),
        pytest.param({"timezone": "Asia/Kolkata"}, id="another zone"),
        pytest.param({"from_": dt.date(2026, 3, 7), "to": dt.date(2026, 3, 7)}, id="a day"),
        pytest.param({"limit": 3}, id="a limit"),
    ],
)
def test_the_answer_is_that_of_the_events(
    connection: psycopg.Connection, ask: Any, report: str, options: dict[str, Any]
) -> None:
    load(connection, random_history(410, events=900))
    counted = told(ask(report, **options))
    derive(connection)

    found = told(ask(report, **options))

    assert counted[0]
    assert found == counted


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"merge": ("/l*",), "merge_repeats": True}, id="merged"),
        pytest.param({"start": "/cart"}, id="from a start"),
        pytest.param({"end": "/*s*"}, id="towards an end"),
        pytest.param({"node": "action"}, id="by action"),
        pytest.param({"filters": ("page=/cart",)}, id="a filter on events"),
    ],
)
def test_journeys_of_all_kinds_are_those_of_the_events(
    connection: psycopg.Connection, ask: Any, options: dict[str, Any]
) -> None:
    load(connection, random_history(411, events=900))
    counted = told(ask("journeys", **options))
    derive(connection)

    assert told(ask("journeys", **options)) == counted


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"filters": ("device=mobile",)}, id="a device"),
        pytest.param({"filters": ("device!=mobile", "brand=Acme")}, id="a brand's too"),
        pytest.param({"filters": ("visitor_type=new",), "by": "category"}, id="by category"),
        pytest.param({"filters": ("login=guest",), "bots": "include"}, id="with bots"),
        pytest.param({"timezone": "Asia/Kolkata"}, id="another zone"),
        pytest.param(
            {"timezone": "Asia/Kolkata", "from_": dt.date(2026, 3, 7), "to": dt.date(2026, 3, 7)},
            id="a day",
        ),
    ],
)
def test_products_of_sessions_are_those_of_their_events(
    connection: psycopg.Connection, ask: Any, options: dict[str, Any]
) -> None:
    load(connection, random_history(413, events=900))
    counted = told(ask("products", **options))
    derive(connection)

    assert counted[0]
    assert told(ask("products", **options)) == counted


def test_details_are_read_only_while_no_session_is_listed(
    connection: psycopg.Connection, ask: Any
) -> None:
    at = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
    load(connection, history([Happening(at=at)]))
    derive(connection)
    connection.execute("delete from events")

    assert [row["events"] for row in ask("events").rows] == [1]
    connection.execute("insert into stale_sessions values ('another')")
    assert ask("events").rows == []


def test_sessions_that_are_gone_lose_their_details(connection: psycopg.Connection) -> None:
    load(connection, random_history(412))
    derive(connection)
    connection.execute("delete from sessions")
    derive_again = connection.execute(
        "insert into stale_sessions select session_id from session_details"
    )
    connection.commit()
    assert derive_again.rowcount > 0

    refresh(connection, at_most=MINUTE)

    assert connection.execute("select count(*) from session_details").fetchone() == (0,)
    assert connection.execute("select count(*) from stale_sessions").fetchone() == (0,)
