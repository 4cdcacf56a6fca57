"""Attribution of loaded histories equals paths that are gathered one by one."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, History, Visit, history, load, random_history
from recount import window

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def person(visit: Visit) -> str:
    users = [event.user for event in visit.events if event.user]
    return f"user:{users[-1]}" if users else visit.first.visitor


def paths(past: History, lookback: dt.timedelta) -> list[tuple[Any, list[Visit]]]:
    """Every order of the range with the sessions that led to it."""
    seen = window(FROM, TO)
    sales = sorted(past.sales, key=lambda sale: (sale.event.at, sale.event.id))
    latest: dict[str, dt.datetime] = {}
    found = []
    for sale in sales:
        if not seen.takes(sale.visit):
            continue
        who, at = person(sale.visit), sale.event.at
        before = latest.get(who)
        touches = [
            visit
            for visit in past.visits
            if seen.takes(visit)
            and person(visit) == who
            and (
                visit.id == sale.visit.id
                or (
                    at - lookback <= visit.started <= at
                    and (before is None or visit.started > before)
                )
            )
        ]
        latest[who] = at
        if seen.holds(at):
            found.append((sale, sorted(touches, key=lambda visit: (visit.started, visit.id))))
    return found


@pytest.mark.parametrize("lookback", [1, 30])
def test_first_last_and_linear_equal_paths_gathered_one_by_one(
    connection: psycopg.Connection, ask: Any, lookback: int
) -> None:
    past = random_history(121, events=900)
    load(connection, past)

    found = paths(past, lookback * DAY)
    for model in ("first", "last", "linear"):
        rows = ask("attribution", model=model, lookback=f"{lookback}d").rows
        expected: dict[Any, float] = defaultdict(float)
        for sale, touches in found:
            places = {"first": touches[:1], "last": touches[-1:], "linear": touches}[model]
            for visit in places:
                expected[visit.first.channel, sale.event.currency] += 1 / len(places)
        shown = {(row["channel"], row["currency"]): float(row["conversions"]) for row in rows}
        credited = {key: value for key, value in shown.items() if value}
        assert credited == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(
    "model",
    ["first", "last", "last-non-direct", "linear", "position", "time-decay", "markov", "shapley"],
)
def test_every_models_credits_add_up_to_the_orders(
    connection: psycopg.Connection, ask: Any, model: str
) -> None:
    load(connection, random_history(122, events=900))

    rows = ask("attribution", model=model, by="campaign").rows

    for total in ask("orders").summary["totals"]:
        mine = [row for row in rows if row["currency"] == total["currency"]]
        assert sum(row["conversions"] for row in mine) == total["orders"]
        assert sum(row["revenue"] for row in mine) == total["revenue"]


def test_a_path_ends_at_an_order_and_spans_a_persons_devices(
    connection: psycopg.Connection, ask: Any
) -> None:
    steps = [
        ("phone", 0, "page_view", "Email"), ("laptop", 1, "purchase", "Direct"),
        ("laptop", 2, "purchase", "Organic Search"),
    ]  # fmt: skip
    load(
        connection,
        history(
            Happening(at=AT + day * DAY, visitor=who, user="ann", action=action, channel=channel,
                      value=Decimal(10), currency="USD")
            for who, day, action, channel in steps
        ),
    )  # fmt: skip

    rows = ask("attribution").rows

    assert [(row["channel"], row["conversions"], row["revenue"]) for row in rows] == [
        ("Email", 1, 10),
        ("Organic Search", 1, 10),
        ("Direct", 0, 0),
    ]
