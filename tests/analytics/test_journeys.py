"""Journeys equal a walk through every session, and strict funnels by session."""

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from histories import START, Happening, History, history, load, random_history
from recount import Window, window

from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
MINUTE = dt.timedelta(minutes=1)


def walks(past: History, seen: Window) -> list[tuple[str, list[Happening]]]:
    return [
        (visit.id, sorted(visit.views, key=lambda view: (view.at, view.id)))
        for visit in past.visits
        if seen.takes(visit)
    ]


def pages(*paths: str, visitor: str = "ann", day: int = 6) -> list[Happening]:
    at = START.replace(day=day)
    return [
        Happening(at=at + place * MINUTE, visitor=visitor, page=path)
        for place, path in enumerate(paths)
    ]


def test_pairs_equal_a_walk_through_every_session(connection: psycopg.Connection, ask: Any) -> None:
    past = random_history(91, events=700)
    load(connection, past)

    rows = ask("journeys").rows

    seen = window(FROM, TO)
    times: Counter[tuple[Any, ...]] = Counter()
    sessions: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for session, views in walks(past, seen):
        for place, (one, other) in enumerate(pairwise(views), 1):
            if seen.holds(one.at):
                key = (one.page, other.page, place if place <= 9 else None)
                times[key] += 1
                sessions[key].add(session)
    shown = {(row["from_node"], row["to_node"], row["position"]): row for row in rows}
    assert {key: row["transitions"] for key, row in shown.items()} == times
    assert {key: row["sessions"] for key, row in shown.items()} == {
        key: len(found) for key, found in sessions.items()
    }


def test_sessions_through_two_nodes_equal_a_strict_funnel(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(92, events=700))
    prefixes = {"page": "page", "title": "title", "event_name": "event", "action": "action"}

    for node, prefix in prefixes.items():
        rows = ask("journeys", node=node).rows
        pairs = {(row["from_node"], row["to_node"]): row["sessions_anywhere"] for row in rows}
        for one, other in sorted(pairs)[:6]:
            steps = (f"{prefix}:{one}", f"{prefix}:{other}")
            funnel = ask("funnel", steps=steps, order="strict", unit="session").rows
            assert funnel[1]["count"] == pairs[one, other]


def test_from_a_start_positions_count_from_it(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, history(pages("/", "/a", "/b", "/a", "/c")))

    rows = ask("journeys", start="/a").rows

    assert {(row["position"], row["from_node"], row["to_node"]) for row in rows} == {
        (1, "/a", "/b"),
        (2, "/b", "/a"),
        (3, "/a", "/c"),
    }


def test_towards_an_end_positions_count_back_from_it(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, history(pages("/", "/a", "/b", "/c", "/b")))

    report = ask("journeys", end="/b")

    assert {(row["position"], row["from_node"], row["to_node"]) for row in report.rows} == {
        (-2, "/", "/a"),
        (-1, "/a", "/b"),
    }
    assert report.summary["paths"] == [{"path": ["/", "/a", "/b"], "sessions": 1}]


def test_patterns_merge_pages_and_repeats_merge_by_choice(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, history(pages("/", "/p/1", "/p/2", "/cart")))

    kept = ask("journeys", merge=("/p/*",)).rows
    merged = ask("journeys", merge=("/p/*",), merge_repeats=True).rows

    assert {(row["from_node"], row["to_node"]) for row in kept} == {
        ("/", "/p/*"),
        ("/p/*", "/p/*"),
        ("/p/*", "/cart"),
    }
    assert {(row["from_node"], row["to_node"]) for row in merged} == {
        ("/", "/p/*"),
        ("/p/*", "/cart"),
    }


def test_rare_nodes_are_other_and_nodes_tell_where_sessions_ended(
    connection: psycopg.Connection, ask: Any
) -> None:
    past = [
        *pages("/", "/a"),
        *pages("/", "/b", visitor="bob"),
        *pages("/", "/a", visitor="cyd"),
    ]
    load(connection, history(past))

    report = ask("journeys", limit=2)

    assert {(row["from_node"], row["to_node"], row["sessions"]) for row in report.rows} == {
        ("/", "/a", 2),
        ("/", "Other", 1),
    }
    assert {row["node"]: row["drop_offs"] for row in report.summary["nodes"]} == {
        "/": 0,
        "/a": 2,
        "Other": 1,
    }


def test_a_journey_has_at_most_ten_nodes(ask: Any) -> None:
    with pytest.raises(ReportError, match="--length is 11"):
        ask("journeys", length=11)
