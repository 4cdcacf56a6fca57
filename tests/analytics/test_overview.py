"""The overview's numbers equal a count of the events, one by one."""

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, History, Item, Visit, history, load, random_history
from recount import count, window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
COUNTS = ("events", "visitors", "page_views", "sessions", "new_visitors")


def assert_equal(rows: Any, expected: dict[str, Any]) -> None:
    """Each currency's row tells the counts that were expected, and its own money."""
    assert {row["currency"] for row in rows} == (set(expected["money"]) or {None})
    for row in rows:
        assert {name: row[name] for name in COUNTS} == {name: expected[name] for name in COUNTS}
        sessions = expected["sessions"]
        if sessions:
            assert row["engaged_rate"] == expected["engaged_sessions"] / sessions
            assert row["bounce_rate"] == pytest.approx(1 - row["engaged_rate"])
            assert row["conversion_rate"] == expected["converting_sessions"] / sessions
            assert row["average_engagement_ms"] == expected["engagement_time_ms"] / sessions
            assert row["average_duration_ms"] == expected["duration_ms"] / sessions
        money = expected["money"].get(row["currency"])
        if money:
            assert {name: row[name] for name in money} == money
            assert row["net_revenue"] == money["revenue"] - money["refunded"]


# Of UTC, the warehouse's zone here, the days are added up; of the others, all is counted.
@pytest.mark.parametrize("zone", ["UTC", "Africa/Accra", "America/St_Johns"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_of_random_histories_are_right_in_any_zone(
    connection: psycopg.Connection, ask: Any, zone: str, seed: int
) -> None:
    past = random_history(seed)
    load(connection, past)

    report = ask("overview", timezone=zone, compare="none")

    assert_equal(report.rows, count(past, window(FROM, TO, zone)))


@pytest.mark.parametrize("bots", ["exclude", "include", "only"])
@pytest.mark.parametrize("internal", ["exclude", "include", "only"])
def test_traffic_counts_as_it_was_asked_for(
    connection: psycopg.Connection, ask: Any, bots: str, internal: str
) -> None:
    past = random_history(4)
    load(connection, past)

    report = ask("overview", bots=bots, internal=internal, compare="none")

    assert_equal(report.rows, count(past, window(FROM, TO, bots=bots, internal=internal)))


def names_brand(brand: str) -> Any:
    def matches(event: Happening) -> bool:
        return any(line.brand == brand for line in event.lines)

    return matches


def by_visit(**wanted: str | None) -> Any:
    def matches(visit: Visit) -> bool:
        return all(getattr(visit.first, name) == value for name, value in wanted.items())

    return matches


FILTERS = [
    pytest.param(("channel=Email",), {"visit": by_visit(channel="Email")}, id="a channel"),
    pytest.param(
        ("channel=Email", "channel=Direct", "device=mobile"),
        {
            "visit": lambda visit: (
                visit.first.channel in ("Email", "Direct") and visit.first.device == "mobile"
            )
        },
        id="one field or-ed, two fields and-ed",
    ),
    pytest.param(("campaign=",), {"visit": by_visit(campaign=None)}, id="an empty campaign"),
    pytest.param(
        ("campaign!=spring",), {"visit": lambda visit: visit.first.campaign != "spring"}, id="not"
    ),
    pytest.param(("visitor_type=new",), {"visit": lambda visit: visit.is_first}, id="first visits"),
    pytest.param(("action=add_to_cart",), {"event": lambda e: e.action == "add_to_cart"}, id="act"),
    pytest.param(
        ("page=/*s*",), {"event": lambda e: e.page.startswith("/") and "s" in e.page}, id="pattern"
    ),
    pytest.param(("brand=Acme",), {"event": names_brand("Acme")}, id="a brand"),
    pytest.param(
        ("properties.theme=dark", "channel=Email"),
        {
            "visit": by_visit(channel="Email"),
            "event": lambda e: (e.properties or {}).get("theme") == "dark",
        },
        id="a property and a channel",
    ),
]


@pytest.mark.parametrize(("filters", "kind"), FILTERS)
def test_filters_count_units_with_a_matching_event(
    connection: psycopg.Connection, ask: Any, filters: tuple[str, ...], kind: dict[str, Any]
) -> None:
    past = random_history(5, events=600)
    load(connection, past)

    report = ask("overview", filters=filters, compare="none")

    assert_equal(report.rows, count(past, window(FROM, TO, **kind)))
    assert report.rows[0]["events"] > 0


def test_the_days_before_stand_beside(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(6)
    load(connection, past)

    report = ask("overview")

    expected = count(past, window(dt.date(2026, 2, 27), dt.date(2026, 3, 4)))
    assert report.params["previous_from"] == dt.date(2026, 2, 27)
    assert {name: report.rows[0][f"{name}_previous"] for name in COUNTS} == {
        name: expected[name] for name in COUNTS
    }


def test_nothing_gives_one_row_of_zeros(connection: psycopg.Connection, ask: Any) -> None:
    report = ask("overview")

    row = report.rows[0]
    assert len(report.rows) == 1
    assert (row["events"], row["revenue"], row["currency"]) == (0, 0, None)
    assert row["engaged_rate"] is None
    assert report.notes == ["The warehouse holds no events yet."]


def test_what_was_left_out_is_told(connection: psycopg.Connection, ask: Any) -> None:
    past = _shop(bot=0.9), _shop(visitor="bob", internal=True), _shop(visitor="cyd")
    load(connection, history(event for events in past for event in events))

    report = ask("overview")

    assert report.rows[0]["sessions"] == 1
    assert report.excluded == {
        "bots": {"sessions": 1, "events": 2},
        "internal": {"sessions": 1, "events": 2},
    }


def test_money_of_two_currencies_is_never_added_up(
    connection: psycopg.Connection, ask: Any
) -> None:
    at = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
    bought = [
        Happening(at=at, visitor=name, name="purchase", action="purchase", order=name,
                  value=Decimal(value), currency=currency)
        for name, value, currency in (("a", 10, "USD"), ("b", 7, "USD"), ("c", 90_000, "VND"))
    ]  # fmt: skip
    load(connection, history(bought))

    rows = ask("overview").rows

    assert [(row["currency"], row["orders"], row["revenue"]) for row in rows] == [
        ("USD", 2, 17),
        ("VND", 1, 90_000),
    ]
    assert rows[0]["average_order_value"] == Decimal("8.5")


def _shop(**kind: Any) -> list[Happening]:
    at = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
    return [
        Happening(at=at + dt.timedelta(seconds=number), product=Item(id="p"), **kind)
        for number in range(2)
    ]


def test_a_session_across_midnight_counts_once_and_its_events_on_both_days(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = _across_midnight()
    load(connection, past)

    first, second = (
        ask("overview", from_=day, to=day).rows[0]
        for day in (dt.date(2026, 3, 5), dt.date(2026, 3, 6))
    )

    assert (first["sessions"], first["events"], first["visitors"]) == (1, 1, 1)
    assert (second["sessions"], second["events"], second["visitors"]) == (0, 1, 1)


def _across_midnight() -> History:
    midnight = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
    minute = dt.timedelta(minutes=1)
    return history([Happening(at=midnight - minute), Happening(at=midnight)])
