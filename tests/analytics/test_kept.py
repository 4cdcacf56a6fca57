"""What is kept of the default questions is what they would be answered, until anything changes."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from histories import Happening, history, load, random_history

from clickstream.analytics import ReportOptions, keep_results, kept, run_report
from clickstream.etl import Options, Rules, run
from clickstream.lake import open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.imports import store
from clickstream.warehouse.models import model

pytestmark = pytest.mark.postgres

NOW = dt.datetime(2026, 3, 14, 15, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the rows of quick queries too."""
    monkeypatch.setattr(kept, "SLOW", 0.0)


def keep(connection: psycopg.Connection, now: dt.datetime = NOW) -> int:
    return keep_results(connection, ReportOptions(now=now), at_most=MINUTE)


def number_kept(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from kept_results").fetchone()
    connection.rollback()
    return int(row[0]) if row else 0


def say_changed(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute(model("version"))


def test_answers_from_kept_rows_equal_those_that_are_counted(
    connection: psycopg.Connection,
) -> None:
    load(connection, random_history(301, events=600))
    say_changed(connection)
    connection.commit()
    options = ReportOptions(now=NOW)
    counted = {name: run_report(connection, name, options) for name in kept.KEPT}
    connection.rollback()

    number = keep(connection)
    with connection.transaction():
        connection.execute("delete from events; delete from sessions; delete from orders")
    found = {name: run_report(connection, name, options) for name in kept.KEPT}

    assert number == number_kept(connection) > len(kept.KEPT)
    assert found.keys() == counted.keys()
    for name, report in found.items():
        assert report.rows == counted[name].rows
        assert report.summary == counted[name].summary
        assert report.excluded == counted[name].excluded


def test_carts_that_are_kept_are_abandoned_as_the_day_goes_on(
    connection: psycopg.Connection,
) -> None:
    at = NOW - dt.timedelta(hours=20)
    load(connection, history([Happening(at=at, name="cart", action="add_to_cart")]))
    say_changed(connection)
    connection.commit()
    keep(connection)
    with connection.transaction():
        connection.execute("delete from events")

    shown = [
        run_report(connection, "orders", ReportOptions(now=at + dt.timedelta(hours=hours)))
        for hours in (20, 24, 25)
    ]

    carts = [report.summary["carts"] for report in shown]
    assert [one["pending_carts"] for one in carts] == [1, 1, 0]
    assert [one["abandoned_carts"] for one in carts] == [0, 0, 1]


def test_rows_of_another_state_of_the_data_are_not_read(connection: psycopg.Connection) -> None:
    load(connection, random_history(302))
    say_changed(connection)
    connection.commit()
    before = run_report(connection, "events", ReportOptions(now=NOW)).rows
    connection.rollback()
    keep(connection)
    with connection.transaction():
        connection.execute("delete from events")
        connection.execute("update data_version set version = version + 1")

    assert before
    assert run_report(connection, "events", ReportOptions(now=NOW)).rows == []


def test_other_days_and_filters_are_other_questions(connection: psycopg.Connection) -> None:
    load(connection, random_history(303))
    say_changed(connection)
    connection.commit()
    keep(connection)
    with connection.transaction():
        connection.execute("delete from events; delete from sessions")

    for options in (
        ReportOptions(now=NOW, to=NOW.date() - dt.timedelta(days=1)),
        ReportOptions(now=NOW, filters=("device=mobile",)),
        ReportOptions(now=NOW, bots="include"),
        ReportOptions(now=NOW, limit=1),
    ):
        assert run_report(connection, "events", options).rows == []


def test_a_load_and_an_import_let_go_of_what_was_kept(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    lake = open_lake(tmp_path.as_uri())
    write_history(lake, visitors=20, days=2, seed=5, end=NOW)
    connection.autocommit = True
    rules = Rules()

    run(lake, connection, rules=rules, run_id=uuid4(), clock=lambda: NOW, options=Options())
    assert keep(connection) == number_kept(connection) > 0
    cost = (NOW.date(), "Direct", "", "", "", "USD", Decimal(1), None, None)
    store(connection, "spend", [cost], now=NOW)
    assert number_kept(connection) == 0

    later = NOW + dt.timedelta(days=1)
    assert keep(connection, later) > 0
    write_history(lake, visitors=20, days=2, seed=6, end=later)
    run(lake, connection, rules=rules, run_id=uuid4(), clock=lambda: later, options=Options())
    assert number_kept(connection) == 0


def test_keeping_rests_for_twenty_times_as_long_as_it_takes(
    connection: psycopg.Connection,
) -> None:
    load(connection, random_history(304))
    say_changed(connection)
    connection.commit()

    assert keep(connection) > 0
    assert keep(connection) == 0
    assert keep(connection, NOW + dt.timedelta(hours=1)) > 0


def test_an_empty_warehouse_keeps_nothing(connection: psycopg.Connection) -> None:
    assert keep(connection) == 0


def test_what_takes_too_long_is_left_to_who_asks(connection: psycopg.Connection) -> None:
    load(connection, random_history(305))
    say_changed(connection)
    connection.commit()

    assert keep_results(connection, ReportOptions(now=NOW), at_most=dt.timedelta()) == 0


def test_each_change_of_the_data_is_another_version_for_its_readers(
    connection: psycopg.Connection,
) -> None:
    seen = []
    for _ in range(3):
        say_changed(connection)
        seen += [run_report(connection, "freshness", ReportOptions(now=NOW)).rows[0]["version"]]
        connection.rollback()
    assert len(set(seen)) == 3
