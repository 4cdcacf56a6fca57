"""The warehouse's own books as reports: runs, rejects, checks, anomalies, and the raw events."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from histories import Happening, history, load

from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres
AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def test_runs_are_those_that_began_in_the_range_the_latest_first(
    connection: psycopg.Connection, ask: Any
) -> None:
    for place, (day, status) in enumerate([(5, "succeeded"), (6, "failed"), (20, "succeeded")]):
        connection.execute(
            "insert into etl_runs (run_id, started_at, finished_at, status, events, rejected)"
            " values (gen_random_uuid(), %s, %s, %s, %s, 1)",
            (AT.replace(day=day), AT.replace(day=day) + MINUTE, status, place),
        )

    rows = ask("runs").rows

    assert [(row["status"], row["events"], row["seconds"]) for row in rows] == [
        ("failed", 1, 60.0),
        ("succeeded", 0, 60.0),
    ]


def test_a_run_says_which_fields_it_read_from_another_type(
    connection: psycopg.Connection, ask: Any
) -> None:
    connection.execute(
        "insert into etl_runs (run_id, started_at, status, coerced)"
        """ values (gen_random_uuid(), %s, 'succeeded', '{"scrollPercent": 2}')""",
        (AT,),
    )

    (row,) = ask("runs").rows

    assert row["coerced"] == {"scrollPercent": 2}


def test_rejects_are_counted_by_reason_with_the_latest_words(
    connection: psycopg.Connection, ask: Any
) -> None:
    for line, (reason, words) in enumerate([("a", "old"), ("b", "other"), ("a", "new")]):
        connection.execute(
            "insert into quarantine values ('k', %s, %s, %s, '', %s, gen_random_uuid(), %s)",
            (line, reason, words, AT, AT + line * MINUTE),
        )

    rows = ask("rejects").rows

    assert [(row["reason"], row["lines"], row["example"]) for row in rows] == [
        ("a", 2, "new"),
        ("b", 1, "other"),
    ]


def test_checks_show_the_latest_result_of_each_the_worst_first(
    connection: psycopg.Connection, ask: Any
) -> None:
    for name, minute, status in [("x", 0, "failed"), ("x", 1, "passed"), ("y", 0, "warned")]:
        connection.execute(
            "insert into quality_results values (gen_random_uuid(), %s, %s, %s, 1, '0', '')",
            (name, AT + minute * MINUTE, status),
        )

    assert [(row["check_name"], row["status"]) for row in ask("checks").rows] == [
        ("y", "warned"),
        ("x", "passed"),
    ]


def test_anomalies_of_the_range_are_in_its_zone_and_of_the_interval(
    connection: psycopg.Connection, ask: Any
) -> None:
    for interval, day in [("day", 6), ("hour", 6), ("day", 20)]:
        connection.execute(
            "insert into anomalies values ('visitors', '', '', %s, %s, 9, 4, 3, 5, 2, %s)",
            (interval, AT.replace(day=day), AT),
        )

    rows = ask("anomalies", interval="day", timezone="Asia/Tokyo").rows

    assert [(row["period"].hour, row["dimension"], row["observed"]) for row in rows] == [
        (21, None, 9)
    ]
    with pytest.raises(ReportError, match="week"):
        ask("anomalies", interval="week")


def shop(connection: psycopg.Connection, events: int = 7) -> None:
    load(
        connection,
        history(
            Happening(at=AT + n // 2 * MINUTE, visitor=f"v{n % 2}", page=f"/{n}")
            for n in range(events)
        ),
    )


def test_a_sample_is_turned_without_losing_or_repeating_an_event(
    connection: psycopg.Connection, ask: Any
) -> None:
    shop(connection)

    seen: list[dict[str, Any]] = []
    while page := ask("sample", limit=2, before=seen[-1]["event_id"] if seen else None).rows:
        seen += page

    order = [(row["event_timestamp"], row["event_id"]) for row in seen]
    assert len(set(order)) == 7
    assert order == sorted(order, reverse=True)
    assert len(ask("sample", filters=("visitor_id=v0",)).rows) == 4


def test_one_event_is_shown_whole_whatever_the_filters(
    connection: psycopg.Connection, ask: Any
) -> None:
    shop(connection, events=1)
    [row] = ask("sample").rows

    found = ask("sample", event=row["event_id"], filters=("channel=Email",))

    assert found.rows == []
    assert found.summary["event"]["page_path"] == "/0"
    assert found.summary["event"]["items"] == []
    assert ask("sample", event="nowhere").summary == {"event": None}
