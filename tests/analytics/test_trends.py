"""Trends equal a count of each period's events, and show every period."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from histories import Happening, history, load, random_history
from recount import count, window

from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
DAY = dt.timedelta(days=1)
COUNTS = ("events", "visitors", "page_views", "sessions", "orders")


@pytest.mark.parametrize("zone", ["UTC", "Africa/Accra", "Asia/Kolkata"])
def test_each_day_equals_a_count_of_that_day(
    connection: psycopg.Connection, ask: Any, zone: str
) -> None:
    past = random_history(11)
    load(connection, past)

    rows = ask("trends", metrics=COUNTS, timezone=zone).rows

    for row in rows:
        day, before = row["period"], row["previous_period"]
        assert row["value"] == count(past, window(day, day, zone))[row["metric"]]
        assert row["previous"] == count(past, window(before, before, zone))[row["metric"]]
        assert before == day - 6 * DAY
    assert [row["period"] for row in rows if row["metric"] == "events"] == [
        FROM + number * DAY for number in range(6)
    ]


def test_weeks_begin_on_monday_and_count_their_part_of_the_range(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(12)
    load(connection, past)

    rows = ask("trends", metrics=("visitors",), interval="week", compare="none").rows

    assert [row["period"] for row in rows] == [dt.date(2026, 3, 2), dt.date(2026, 3, 9)]
    assert [row["value"] for row in rows] == [
        count(past, window(FROM, dt.date(2026, 3, 8)))["visitors"],
        count(past, window(dt.date(2026, 3, 9), TO))["visitors"],
    ]
    assert [row["is_complete"] for row in rows] == [False, False]


def test_months_are_calendar_months(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(13)
    load(connection, past)

    report = ask("trends", interval="month", from_=dt.date(2026, 2, 1), to=dt.date(2026, 3, 31))

    assert [row["period"] for row in report.rows] == [dt.date(2026, 2, 1), dt.date(2026, 3, 1)]
    assert (
        report.rows[1]["value"]
        == count(past, window(dt.date(2026, 3, 1), dt.date(2026, 3, 31)))["events"]
    )
    assert [row["is_complete"] for row in report.rows] == [True, False]


def test_hours_add_up_to_the_day(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(14)
    load(connection, past)

    rows = ask("trends", metrics=("events", "sessions"), interval="hour", from_=FROM, to=FROM).rows

    expected = count(past, window(FROM, FROM))
    for metric in ("events", "sessions"):
        values = [row["value"] for row in rows if row["metric"] == metric]
        assert len(values) == 24
        assert sum(values) == expected[metric]


def test_a_day_without_an_hour_and_one_with_an_hour_twice_show_23_and_25_hours(
    connection: psycopg.Connection, ask: Any
) -> None:
    zone = "Europe/Berlin"
    spring, autumn = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    hours = [Happening(at=first + dt.timedelta(hours=number)) for number in range(2)]
    load(connection, history(hours))

    short = ask("trends", interval="hour", from_=spring, to=spring, timezone=zone).rows
    long = ask("trends", interval="hour", from_=autumn, to=autumn, timezone=zone).rows

    assert (len(short), len(long)) == (23, 25)
    twice = [row for row in long if row["value"]]
    assert [row["period"].isoformat() for row in twice] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]


def test_broken_down_by_a_field_each_value_equals_its_filter(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(15))
    fields = {"channel": "sessions", "brand": "visitors", "action": "events", "device": "orders"}

    for field, metric in fields.items():
        rows = ask("trends", metrics=(metric,), by=field, compare="none").rows
        values = {row[field] for row in rows}
        assert len(values) > 1
        for value in values:
            alone = ask("trends", metrics=(metric,), filters=(f"{field}={value or ''}",)).rows
            assert [row["value"] for row in alone] == [
                row["value"] for row in rows if row[field] == value
            ]


def test_revenue_has_a_line_for_each_currency(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(16, events=800)
    load(connection, past)

    rows = ask("trends", metrics=("revenue",), compare="none").rows

    money = count(past, window(FROM, TO))["money"]
    sums = {
        code: sum(row["value"] for row in rows if row["currency"] == code)
        for code in {row["currency"] for row in rows}
    }
    assert sums == {code: values["revenue"] for code, values in money.items()}
    assert len(rows) == 6 * len(money)


def test_a_limit_keeps_the_values_with_most(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(17))

    rows = ask("trends", by="channel", limit=2, compare="none").rows

    sums = {
        value: sum(
            row["value"] for row in ask("trends", by="channel").rows if row["channel"] == value
        )
        for value in {row["channel"] for row in ask("trends", by="channel").rows}
    }
    kept = sorted(sums, key=lambda value: -sums[value])[:2]
    assert list(dict.fromkeys(row["channel"] for row in rows)) == kept


def test_an_unknown_metric_is_refused_with_those_that_exist(ask: Any) -> None:
    with pytest.raises(ReportError, match=r"--metric is 'hits'.*visitors"):
        ask("trends", metrics=("hits",))


def test_an_option_of_another_report_is_refused(ask: Any) -> None:
    with pytest.raises(ReportError, match="trends takes no --model"):
        ask("trends", model="linear")
