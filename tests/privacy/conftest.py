"""A lake, what the warehouse makes of it, and people to be erased from both."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import psycopg
import pytest

from clickstream.etl import Options, Rules, run
from clickstream.etl.privacy.forget import Desk, Proof, forget
from clickstream.etl.privacy.person import Person
from clickstream.lake import EVENTS, Lake
from clickstream.warehouse.checksum import Checksum, checksum
from clickstream.warehouse.connect import connect
from clickstream.warehouse.exchange import DERIVED, LIVE

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
Event = dict[str, object]
Sums = dict[str, Checksum]
_numbers = count(1)


@dataclass
class Shop:
    """A lake and its warehouse, with all that is done to them."""

    lake: Lake
    connection: psycopg.Connection
    url: str
    fresh: Callable[[], str]
    rules: Rules = field(default_factory=Rules)

    @staticmethod
    def event(
        event_id: str, minute: float, *, client: str | None = None, user: object = None,
        name: str = "page_view", **more: object,
    ) -> Event:  # fmt: skip
        """An event as it lies in the lake, so many minutes after the noon of the 9th."""
        at = (NOW - timedelta(days=1) + timedelta(minutes=minute)).isoformat()
        said: Event = {
            "eventName": name, "eventId": event_id, "eventTimestamp": at, "clientId": client,
            "userId": user, "pageUrl": f"https://shop.example/p/{event_id}", **more,
        }  # fmt: skip
        kept = {key: value for key, value in said.items() if value is not None}
        return {**kept, "_ingest": {"receivedAt": at, "source": "http", "userAgent": "Mozilla/5.0"}}

    def put(self, name: str, *lines: Event | bytes, day: int = 9) -> str:
        """Put events (or raw lines) into one object; its key."""
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        key = f"events/2026/03/{day:02}/12/{name}"
        body = b"".join(line + b"\n" for line in raw)
        self.lake.put(key, gzip.compress(body) if key.endswith(".gz") else body)
        return key

    def load(self) -> None:
        load(self.lake, self.connection, self.rules)

    def desk(self) -> Desk:
        return Desk(
            lake=self.lake, connection=self.connection, rules=self.rules, clock=lambda: NOW,
            new_id=lambda: UUID(int=next(_numbers)),
        )  # fmt: skip

    def forget(self, person: Person, *, is_dry: bool = False) -> Proof:
        return forget(self.desk(), person, is_dry=is_dry)

    def events(self) -> list[str]:
        """The ids of the events in the warehouse."""
        rows = self.connection.execute("select event_id from events order by 1").fetchall()
        return [row[0] for row in rows]

    def text(self) -> bytes:
        """All that the lake's objects hold."""
        bodies = [(one.key, self.lake.get(one.key)) for one in self.lake.list(EVENTS)]
        return b"".join(
            gzip.decompress(body) if key.endswith(".gz") else body for key, body in bodies
        )

    def sums(self) -> Sums:
        """The checksum of every table that the lake makes."""
        return sums_of(self.connection)

    def sums_of_a_rebuild(self) -> Sums:
        """The same of a fresh warehouse, loaded from what the lake holds now."""
        with connect(self.fresh(), role="clickstream_etl", autocommit=True) as connection:
            load(self.lake, connection, self.rules)
            return sums_of(connection)


def load(lake: Lake, connection: psycopg.Connection, rules: Rules) -> None:
    run(
        lake, connection, rules=rules, run_id=UUID(int=next(_numbers)), clock=lambda: NOW,
        options=Options(everything=True),
    )  # fmt: skip


def sums_of(connection: psycopg.Connection) -> Sums:
    connection.execute("set enable_seqscan = on; set timezone = 'UTC'")
    return {
        table: checksum(connection, LIVE, table, without=without)
        for table, without in DERIVED.items()
    }


@pytest.fixture
def fresh_warehouse(template_url: str) -> Iterator[Callable[[], str]]:
    """Makes warehouses that are empty."""
    made: list[str] = []
    with psycopg.connect(template_url, autocommit=True) as admin:

        def fresh() -> str:
            made.append(f"fresh_{next(_numbers)}")
            admin.execute(f"create database {made[-1]} template migrated".encode())
            return template_url.replace("/clickstream?", f"/{made[-1]}?")

        yield fresh
        for name in made:
            admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def shop(tmp_lake: Lake, warehouse_url: str, fresh_warehouse: Callable[[], str]) -> Iterator[Shop]:
    """A shop without a visitor yet."""
    with connect(warehouse_url, role="clickstream_etl", autocommit=True) as connection:
        yield Shop(tmp_lake, connection, warehouse_url, fresh_warehouse)


@pytest.fixture
def people(shop: Shop) -> dict[str, str]:
    """Ann on her own telephone and on a shared computer, Bob on that too, and somebody else."""
    event = shop.event
    bought = {"order": {"id": "o-1", "value": 50, "currency": "EUR"}}
    return {
        "many": shop.put(
            "batch-1.ndjson.gz",
            event("a1", 0, client="phone"),
            event("b1", 1, client="shared", user="bob"),
            event("a2", 2, client="phone", user="ann"),
            event("x1", 3, client="elsewhere", product={"id": "p", "name": "P", "price": 2}),
            event("a3", 200, client="shared", user="ann"),
            event("a4", 201, client="shared", name="purchase", user="ann", **bought),
            event("b2", 400, client="shared", user="bob"),
            event("b3", 401, client="shared"),
        ),
        "one": shop.put("event-1.json", event("a5", 5, client="phone", product={"id": "p"})),
        "refund": shop.put("event-2.json", event("r1", 800, name="refund", order={"id": "o-1"})),
        "again": shop.put(
            "batch-2.ndjson",
            event("a2", 2, client="phone", user="ann"),
            event("x2", 4, client="elsewhere"),
        ),
        "refused": shop.put(
            "batch-3.ndjson",
            b'{"eventName": 7, "userId": "ann"}',
            b'{"eventName": "x", "userId": "ann"',
            b'{"eventName": 7, "userId": "bob"}',
        ),
    }
