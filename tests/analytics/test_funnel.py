"""Funnels equal an exhaustive count, and those of ClickHouse and PostHog."""

import datetime as dt
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from funnels import Try, best
from histories import START, Happening, History, history, load, random_history
from recount import Window, events_in, window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
FOREVER = {"from_": dt.date(2018, 1, 1), "to": dt.date(2026, 12, 31)}
CASES = Path(__file__).parent / "cases"


def act(action: str) -> Callable[[Happening], bool]:
    def meets(event: Happening) -> bool:
        return event.action == action

    return meets


VIEW, CART, BUY, PAGE = (
    act(name) for name in ("view_item", "add_to_cart", "purchase", "page_view")
)
LOOK, LEAVE = act("view_item_list"), act("search")


def bolt_view(event: Happening) -> bool:
    return event.action == "view_item" and any(line.brand == "Bolt" for line in event.lines)


def cart_page(event: Happening) -> bool:
    return event.action == "page_view" and event.page is not None and event.page.startswith("/c")


FUNNELS = [
    pytest.param(("view_item", "add_to_cart", "purchase"), (VIEW, CART, BUY), id="distinct"),
    pytest.param(("page_view", "page_view", "view_item"), (PAGE, PAGE, VIEW), id="repeated"),
    pytest.param(("view_item", "page_view", "view_item"), (VIEW, PAGE, VIEW), id="come back"),
    pytest.param(("page_view",), (PAGE,), id="one step"),
    pytest.param(
        ("page:/c*", "view_item&brand=Bolt", "event:cart"), (cart_page, bolt_view, CART), id="mixed"
    ),
]


def units(past: History, seen: Window, unit: str) -> list[list[Happening]]:
    """The events of each unit, also after the range."""
    groups: dict[str, list[Happening]] = defaultdict(list)
    for visit in past.visits:
        if seen.takes(visit):
            groups[visit.first.visitor if unit == "visitor" else visit.id] += visit.events
    return [[event for event in group if event.at >= seen.start] for group in groups.values()]


def tried(past: History, steps: Sequence[Any], unit: str, **kind: Any) -> list[Try]:
    seen = window(FROM, TO)
    found = [
        best(events, steps, starts=lambda event: seen.holds(event.at), **kind)
        for events in units(past, seen, unit)
    ]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("order", ["default", "strict", "any"])
@pytest.mark.parametrize("unit", ["visitor", "session"])
@pytest.mark.parametrize(("texts", "steps"), FUNNELS)
def test_counts_and_times_equal_an_exhaustive_search(
    connection: psycopg.Connection, ask: Any, *, order: str, unit: str, texts: Any, steps: Any
) -> None:
    past = random_history(51, events=900, visitors=30)
    load(connection, past)
    named = {"view_item", "add_to_cart", "purchase", "page_view"}
    is_action = set(texts) <= named

    rows = ask("funnel", steps=texts, order=order, unit=unit, window="2d").rows

    def is_of_kind(event: Happening) -> bool:
        return event.action != "user_engagement" and (not is_action or event.action is not None)

    two_days = dt.timedelta(days=2)
    found = tried(past, steps, unit, order=order, window=two_days, kind=is_of_kind)
    assert [row["count"] for row in rows] == [
        sum(one.level >= number for one in found) for number in range(1, len(steps) + 1)
    ]
    for number, row in enumerate(rows[1:], 1):
        waits = [
            (one.times[number] - one.times[number - 1]).total_seconds()
            for one in found
            if one.level > number
        ]
        median = statistics.median(waits) if waits else None
        assert row["median_seconds_from_previous"] == (
            None if median is None else pytest.approx(median)
        )


@pytest.mark.parametrize("order", ["default", "strict"])
def test_an_excluded_event_between_steps_breaks_the_attempt(
    connection: psycopg.Connection, ask: Any, order: str
) -> None:
    past = random_history(52, events=900, visitors=20)
    load(connection, past)

    rows = ask(
        "funnel", steps=("page_view", "view_item", "add_to_cart"), exclude_steps=("search",)
    ).rows

    found = tried(past, (PAGE, VIEW, CART), "visitor", excluded=LEAVE)
    free = tried(past, (PAGE, VIEW, CART), "visitor")
    counts = [sum(one.level >= number for one in found) for number in (1, 2, 3)]
    assert [row["count"] for row in rows] == counts
    assert counts != [sum(one.level >= number for one in free) for number in (1, 2, 3)]


def test_a_breakdown_takes_the_first_steps_event(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(53, events=900)
    load(connection, past)

    rows = ask("funnel", steps=("page_view", "view_item"), by="channel").rows

    found = tried(past, (PAGE, VIEW), "visitor")
    for row in rows:
        assert row["count"] == sum(
            one.level >= row["step"] and one.start.channel == row["channel"] for one in found
        )
    assert sum(row["count"] for row in rows if row["step"] == 1) == len(found)


def test_a_trend_takes_the_day_of_the_first_step(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(54, events=900)
    load(connection, past)

    rows = ask("funnel", steps=("page_view", "view_item"), trend="day").rows

    found = tried(past, (PAGE, VIEW), "visitor")
    for row in rows:
        assert row["count"] == sum(
            one.level >= row["step"] and one.start.at.date() == row["period"] for one in found
        )
    assert len({row["period"] for row in rows}) > 1


def test_a_filter_on_events_keeps_units_with_a_matching_one(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = random_history(55, events=900)
    load(connection, past)

    rows = ask("funnel", steps=("page_view", "view_item"), filters=("page=/cart",)).rows

    seen = window(FROM, TO)
    kept = {event.visitor for event in events_in(past, seen) if event.page == "/cart"}
    found = [one for one in tried(past, (PAGE, VIEW), "visitor") if one.start.visitor in kept]
    assert [row["count"] for row in rows] == [
        sum(one.level >= number for one in found) for number in (1, 2)
    ]


def test_the_default_is_the_checkout_and_an_empty_one_shows_zeros(ask: Any) -> None:
    rows = ask("funnel").rows

    assert [(row["step"], row["name"], row["count"], row["rate_from_first"]) for row in rows] == [
        (1, "view_item", 0, None),
        (2, "add_to_cart", 0, None),
        (3, "begin_checkout", 0, None),
        (4, "purchase", 0, None),
    ]


def test_the_window_includes_its_end(connection: psycopg.Connection, ask: Any) -> None:
    at = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
    end = at + dt.timedelta(hours=1)
    after = end + dt.timedelta(microseconds=1)
    steps = [("ann", at, "a"), ("ann", end, "b"), ("bob", at, "a"), ("bob", after, "b")]
    load(
        connection,
        history(
            Happening(at=when, visitor=visitor, name=name, action=None)
            for visitor, when, name in steps
        ),
    )

    rows = ask("funnel", steps=("a", "b"), window="1h").rows

    assert [row["count"] for row in rows] == [2, 1]


def cases(name: str) -> Any:
    return json.loads((CASES / name).read_text())


def moment(value: Any) -> dt.datetime:
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return START + dt.timedelta(seconds=value)


def happenings(events: Sequence[Any], visitor: str = "v") -> list[Happening]:
    return [
        Happening(
            at=moment(at), visitor=visitor, name=str(name), action=None, id=f"{visitor}-{place:03d}"
        )
        for place, (at, name) in enumerate(events)
    ]


def level(ask: Any, steps: Sequence[Any], seconds: int, order: str) -> int:
    rows = ask(
        "funnel", steps=tuple(f"event:{step}" for step in steps), window=f"{seconds}s", order=order,
        **FOREVER,
    ).rows  # fmt: skip
    return sum(row["count"] for row in rows)


@pytest.mark.parametrize("case", ["basic", "order", "dedup", "same_timestamp"])
def test_levels_are_those_of_clickhouse(
    connection: psycopg.Connection, ask: Any, case: str
) -> None:
    table = {row["id"]: row for row in cases("clickhouse_window_funnel.json")["cases"]}[case]
    load(connection, history(happenings(table["events"])))
    checked = 0

    for claim in table["asserts"]:
        if not claim.get("mode"):
            assert level(ask, claim["steps"], claim["window"], "default") == claim["level"]
            checked += 1
    assert checked


@pytest.mark.parametrize("mode", ["default", "strict_deduplication+strict_order"])
def test_users_reach_what_they_reach_in_clickhouse(
    connection: psycopg.Connection, ask: Any, mode: str
) -> None:
    table = {row["id"]: row for row in cases("clickhouse_window_funnel.json")["cases"]}["users"]
    load(
        connection,
        history(
            event
            for user, names in table["users"].items()
            for event in happenings(list(enumerate(names)), user)
        ),
    )

    rows = ask(
        "funnel", steps=tuple(f"event:{step}" for step in table["steps"]), window="86400s",
        order="default" if mode == "default" else "strict", **FOREVER,
    ).rows  # fmt: skip

    expected = table["expected"][mode].values()
    assert [row["count"] for row in rows] == [sum(one >= n for one in expected) for n in (1, 2, 3)]


def test_time_to_convert_is_that_of_posthog(connection: psycopg.Connection, ask: Any) -> None:
    table = cases("posthog_funnel_retention.json")["time_to_convert"]
    load(
        connection,
        history(
            event
            for user, events in table["events"].items()
            for event in happenings([(at, name) for name, at in events], user)
        ),
    )

    report = ask(
        "funnel", steps=("event:step one", "event:step two"), window="7d",
        from_=dt.date(2021, 6, 7), to=dt.date(2021, 6, 13),
    )  # fmt: skip

    spread = report.summary["time_to_convert"]
    assert spread["mean_seconds"] == pytest.approx(table["expected"]["average"])
    assert [entry["units"] for entry in spread["bins"]] == [
        units for _, units in table["expected"]["auto_bins"] if units
    ]
