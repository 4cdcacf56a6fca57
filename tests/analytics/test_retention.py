"""Retention and lifecycle equal a count by visitor, and PostHog's tables."""

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from histories import Happening, History, history, load, random_history
from recount import window

pytestmark = pytest.mark.postgres

CASES = json.loads((Path(__file__).parent / "cases" / "posthog_funnel_retention.json").read_text())
FROM, TO = dt.date(2026, 3, 2), dt.date(2026, 3, 15)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 3, 14, 15, 30, tzinfo=dt.UTC)


def active_days(past: History) -> tuple[dict[str, set[dt.date]], dict[str, dt.date]]:
    """The days on which each visitor began a session that counts; of newcomers, the first day."""
    seen = window(FROM, TO)
    days: dict[str, set[dt.date]] = defaultdict(set)
    first: dict[str, dt.date] = {}
    for visit in past.visits:
        if seen.takes(visit) and seen.holds(visit.started):
            days[visit.first.visitor].add(visit.started.date())
            if visit.is_first:
                first[visit.first.visitor] = visit.started.date()
    return days, first


@pytest.mark.parametrize("on_or_after", [False, True])
def test_daily_cohorts_equal_a_count(
    connection: psycopg.Connection, ask: Any, on_or_after: bool
) -> None:
    past = random_history(101, events=900, visitors=60)
    load(connection, past)

    rows = ask("retention", interval="day", from_=FROM, to=TO, on_or_after=on_or_after).rows

    days, first = active_days(past)
    for row in rows:
        cohort = [visitor for visitor, day in first.items() if day == row["cohort"]]
        then = row["cohort"] + row["period"] * DAY
        back = [
            visitor
            for visitor in cohort
            if then in days[visitor] or (on_or_after and max(days[visitor]) >= then)
        ]
        assert (row["size"], row["retained"]) == (len(cohort), len(back))
        assert row["complete"] is (then < NOW.date())
    assert len(rows) == sum(range(1, 14))
    assert sum(row["retained"] for row in rows if row["period"]) > 5


def test_a_cohort_is_of_the_first_session_ever(connection: psycopg.Connection, ask: Any) -> None:
    at = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
    load(connection, history(Happening(at=at + week * 7 * DAY) for week in range(2)))

    rows = ask("retention", from_=dt.date(2026, 3, 9), to=dt.date(2026, 3, 15)).rows

    assert [(row["cohort"], row["size"]) for row in rows] == [(dt.date(2026, 3, 9), 0)]


def test_repeat_purchase_is_by_person(connection: psycopg.Connection, ask: Any) -> None:
    at = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
    bought = [
        Happening(at=at, visitor="phone", user="ann", action="purchase", order="1"),
        Happening(at=at + 7 * DAY, visitor="laptop", user="ann", action="purchase", order="2"),
        Happening(at=at, visitor="bob", action="purchase", order="3"),
    ]
    load(connection, history(bought))

    rows = ask("retention", from_first="purchase", from_=FROM, to=TO).rows

    assert [(row["cohort"].day, row["period"], row["size"], row["retained"]) for row in rows] == [
        (2, 0, 2, 2),
        (2, 1, 2, 1),
        (9, 0, 0, 0),
    ]


def test_days_are_those_of_posthog(connection: psycopg.Connection, ask: Any) -> None:
    table = CASES["retention_daily"]
    day0 = dt.datetime.fromisoformat(table["day0"]).replace(tzinfo=dt.UTC)
    persons = {"person1": "one", "alias1": "one", "person2": "two"}
    load(
        connection,
        history(
            Happening(at=day0 + day * DAY, visitor=persons[person])
            for person, days in table["active_days"].items()
            for day in days
        ),
    )

    rows = ask(
        "retention", interval="day", from_first="any", from_=day0.date(),
        to=(day0 + 10 * DAY).date(),
    ).rows  # fmt: skip

    assert triangle(rows) == table["expected_rows"]


def test_months_are_those_of_posthog(connection: psycopg.Connection, ask: Any) -> None:
    table = CASES["retention_monthly"]
    months = table["active_months"]
    load(
        connection,
        history(
            Happening(at=dt.datetime(2020, month + 1, 11, tzinfo=dt.UTC), visitor=person)
            for person, active in months.items()
            for month in active
        ),
    )

    rows = ask(
        "retention", interval="month", from_first="any", from_=dt.date(2020, 1, 1),
        to=dt.date(2020, 11, 30),
    ).rows  # fmt: skip

    assert triangle(rows) == table["expected_rows"]


def triangle(rows: Any) -> list[list[int]]:
    lines: dict[dt.date, list[int]] = {}
    for row in rows:
        lines.setdefault(row["cohort"], []).append(row["retained"])
    return list(lines.values())


def test_lifecycle_equals_a_count_by_day(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(102, events=900, visitors=60)
    load(connection, past)

    rows = ask("lifecycle", interval="day").rows

    days, first = active_days(past)
    for row in rows:
        day = row["period"]
        here = {visitor for visitor, active in days.items() if day in active}
        before = {visitor for visitor, active in days.items() if day - DAY in active}
        new = {visitor for visitor in here if first.get(visitor) == day}
        assert row["new"] == len(new)
        assert row["returning"] == len((here & before) - new)
        assert row["resurrected"] == len(here - before - new)
        assert row["dormant"] == len(before - here)
        assert row["visitors"] == len(here)
    assert any(row["resurrected"] for row in rows)
