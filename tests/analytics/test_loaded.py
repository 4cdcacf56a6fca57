"""Reports of a history that went the whole way: simulated, kept in the lake, loaded by the ETL."""

import datetime as dt
from typing import Any
from uuid import UUID

import psycopg
import pytest

from clickstream.analytics import Report, ReportOptions, run_report
from clickstream.etl import Rules, run
from clickstream.lake import Lake
from clickstream.simulate import Truth, write_history

pytestmark = pytest.mark.postgres

END = dt.datetime(2026, 3, 14, 15, 30, tzinfo=dt.UTC)
ZONE = "Asia/Ho_Chi_Minh"
# The same days as ZONE's, under another name: aggregated days cannot answer for them.
TWIN = "Asia/Bangkok"

QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("overview", {}),
    ("overview", {"bots": "include"}),
    ("trends", {"metrics": ("visitors", "sessions", "engaged_rate", "revenue")}),
    ("trends", {"metrics": ("events",), "interval": "hour", "bots": "only"}),
    ("trends", {"metrics": ("page_views", "orders"), "interval": "week"}),
    ("products", {}),
    ("products", {"by": "brand"}),
    ("products", {"by": "category", "bots": "include", "internal": "include"}),
    ("products", {"filters": ("brand=Dell", "brand=Logitech")}),
    ("pages", {}),
    ("pages", {"bots": "only"}),
)


def load(connection: psycopg.Connection, lake: Lake) -> Truth:
    """What is true of ten days of shoppers, which the warehouse holds by then."""
    truth = write_history(lake, visitors=250, days=10, seed=7, end=END)
    run(lake, connection, rules=Rules(timezone=ZONE), run_id=UUID(int=1), clock=lambda: END)
    return truth


def ask(connection: psycopg.Connection, name: str, **options: Any) -> Report:
    return run_report(connection, name, ReportOptions(now=END, **options))


def test_reports_tell_the_truth_whichever_tables_they_read(
    connection: psycopg.Connection, tmp_lake: Lake
) -> None:
    truth = load(connection, tmp_lake)

    overview = ask(connection, "overview")
    (row,) = overview.rows
    assert (row["orders"], row["revenue"]) == (truth.orders, truth.revenue["VND"])
    assert row["sessions"] == truth.sessions
    assert row["events"] == truth.events - truth.bot_events
    assert row["visitors"] == truth.visitors - truth.bots
    assert overview.excluded["bots"] == {
        "sessions": truth.bot_sessions,
        "events": truth.bot_events,
    }
    for name, options in QUESTIONS:
        aggregated = ask(connection, name, timezone=ZONE, **options)
        single = ask(connection, name, timezone=TWIN, **options)
        assert aggregated.rows == single.rows, (name, options)
        assert aggregated.rows, (name, options)
