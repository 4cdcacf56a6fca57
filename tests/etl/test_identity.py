"""Who a session belongs to: linked on sign-in, split on a shared device, told anew by a rebuild."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from memory_lake import MemoryLake

from clickstream.etl import Rules, run
from clickstream.etl.rebuild import RebuildOptions, rebuild
from clickstream.lake import hour_prefix
from clickstream.warehouse.connect import connect

pytestmark = pytest.mark.postgres

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[psycopg.Connection]:
    with connect(warehouse_url) as opened:
        opened.autocommit = True
        yield opened


@pytest.fixture
def lake() -> MemoryLake:
    return MemoryLake()


def put(lake: MemoryLake, minute: int, user: str | None = None, *, client: str = "laptop") -> str:
    """One event of a client, so many minutes after noon; the key of its object."""
    at = NOON + timedelta(minutes=minute)
    event = {"eventName": "page_view", "eventId": f"{minute:04}", "clientId": client}
    envelope = {"receivedAt": at.isoformat(), "source": "http"}
    key = f"{hour_prefix(at)}event-{minute}.json"
    lake.put(key, json.dumps(event | ({"userId": user} if user else {}) |
                             {"_ingest": envelope}).encode())  # fmt: skip
    return key


def load(lake: MemoryLake, warehouse: psycopg.Connection) -> None:
    run(lake, warehouse, rules=Rules(), run_id=uuid4(), clock=lambda: NOON + timedelta(days=1))


def make_anew(lake: MemoryLake, warehouse: psycopg.Connection) -> None:
    rebuild(
        lake, warehouse, rules=Rules(), new_id=uuid4, clock=lambda: NOON + timedelta(days=1),
        options=RebuildOptions(drops_missing=True),
    )  # fmt: skip


def owners(warehouse: psycopg.Connection) -> list[tuple[str, str | None]]:
    """The first event of each session, and the user to whom it belongs."""
    return warehouse.execute(
        "select session_id, user_id from sessions order by started_at, session_id"
    ).fetchall()


def links(warehouse: psycopg.Connection) -> set[tuple[str, str]]:
    return set(warehouse.execute("select visitor_id, user_id from identities").fetchall())


def test_a_sign_in_claims_the_anonymous_sessions_before_it(lake, warehouse):
    put(lake, 0)
    load(lake, warehouse)
    assert owners(warehouse) == [("0000", None)]

    put(lake, 100, "an")
    load(lake, warehouse)
    assert owners(warehouse) == [("0000", "an"), ("0100", "an")]
    assert links(warehouse) == {("laptop", "an")}


def test_a_shared_device_is_split_where_another_signs_in(lake, warehouse):
    for minute, user in [(0, "an"), (5, None), (10, "binh"), (15, None), (100, None)]:
        put(lake, minute, user)
    load(lake, warehouse)

    assert owners(warehouse) == [("0000", "an"), ("0010", "binh"), ("0100", "binh")]
    assert links(warehouse) == {("laptop", "an"), ("laptop", "binh")}


def test_one_user_on_two_devices_is_linked_to_both(lake, warehouse):
    put(lake, 0, "an")
    put(lake, 1, client="phone")
    put(lake, 2, "an", client="phone")
    load(lake, warehouse)

    assert links(warehouse) == {("laptop", "an"), ("phone", "an")}


def test_a_rebuild_unlinks_what_the_lake_no_longer_says_and_links_it_again(lake, warehouse):
    put(lake, 0)
    sign_in = put(lake, 100, "an")
    load(lake, warehouse)
    said = lake.get(sign_in)

    lake.delete(sign_in)
    make_anew(lake, warehouse)
    assert (owners(warehouse), links(warehouse)) == ([("0000", None)], set())

    lake.put(sign_in, said)
    make_anew(lake, warehouse)
    assert owners(warehouse) == [("0000", "an"), ("0100", "an")]
    assert links(warehouse) == {("laptop", "an")}
