"""A run finds what is new, loads it in whole slices, and keeps books of what it did."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from memory_lake import MemoryLake

from clickstream.errors import BusyError, LakeError, WarehouseError
from clickstream.etl import Options, Rules, RunReport, Status, Window, run
from clickstream.lake import Lake, hour_prefix
from clickstream.warehouse.connect import connect

pytestmark = pytest.mark.postgres

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Run = Callable[..., RunReport]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def lake() -> MemoryLake:
    return MemoryLake()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[psycopg.Connection]:
    with connect(warehouse_url) as opened:
        opened.autocommit = True
        yield opened


@pytest.fixture
def load(warehouse: psycopg.Connection, lake: MemoryLake, clock: Clock) -> Run:
    """Run the ETL; runs are numbered from 1."""
    numbers = iter(range(1, 100))

    def start(options: Options = Options(), *, source: Lake = lake, **more: Any) -> RunReport:  # noqa: B008
        rules = more.pop("rules", Rules())
        return run(
            source, warehouse, rules=rules, run_id=UUID(int=next(numbers)), clock=clock,
            options=options, **more,
        )  # fmt: skip

    return start


def event(name: str, at: datetime = NOON, **more: Any) -> bytes:
    envelope = {"receivedAt": at.isoformat(), "source": "http"}
    return json.dumps({"eventName": name, "clientId": "c"} | more | {"_ingest": envelope}).encode()


def put(lake: MemoryLake, name: str, *lines: bytes, at: datetime = NOON) -> str:
    key = f"{hour_prefix(at)}{name}"
    lake.put(key, b"\n".join(lines))
    return key


def names(warehouse: psycopg.Connection) -> set[str]:
    """The names of all events of the warehouse."""
    return {row[0] for row in warehouse.execute("select event_name from events").fetchall()}


def count(warehouse: psycopg.Connection, table: str) -> int:
    row = warehouse.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def test_fields_that_came_in_another_type_are_counted_by_field(
    lake: MemoryLake, load: Run, warehouse: psycopg.Connection
) -> None:
    put(lake, "batch-1.ndjson", event("x", scrollPercent="40"), event("y", scrollPercent=40))
    put(lake, "batch-2.ndjson", event("z", scrollPercent="50"), event("w", isFirstVisit="true"))

    report = load(Options(slice_events=1))

    assert report.tally.facts()["coerced"] == {"scrollPercent": 2, "isFirstVisit": 1}
    kept = warehouse.execute("select coerced from etl_runs").fetchone()
    assert kept == ({"scrollPercent": 2, "isFirstVisit": 1},)
    scrolled = warehouse.execute("select count(*) from events where scroll_percent >= 40")
    assert scrolled.fetchone() == (3,)


class TestDiscovery:
    def test_the_first_run_looks_through_the_whole_lake(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        put(lake, "batch-1.ndjson", event("long_ago"), at=NOON - 900 * DAY)

        load()

        assert (lake.listed, names(warehouse)) == ([None], {"long_ago"})

    def test_later_runs_look_through_the_last_two_days(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection, clock: Clock
    ) -> None:
        load()
        clock.now += HOUR
        put(lake, "batch-1.ndjson", event("late"), at=clock.now - 2 * DAY)
        put(lake, "batch-2.ndjson", event("too_late"), at=clock.now - 2 * DAY - 2 * HOUR)

        load()

        assert lake.listed[-1] == hour_prefix(NOON - 2 * DAY)
        assert names(warehouse) == {"late"}

    def test_the_whole_lake_is_looked_through_once_a_day_and_when_asked(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection, clock: Clock
    ) -> None:
        load()
        put(lake, "batch-1.ndjson", event("imported"), at=NOON - 30 * DAY)
        clock.now = NOON + DAY - timedelta(seconds=1)
        load()
        assert names(warehouse) == set()

        clock.now = NOON + DAY
        load()
        assert names(warehouse) == {"imported"}

        put(lake, "batch-2.ndjson", event("imported_too"), at=NOON - 30 * DAY)
        load(Options(everything=True))
        assert names(warehouse) == {"imported", "imported_too"}

    def test_a_folder_is_always_looked_through_whole(
        self, tmp_lake: Lake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        load(source=tmp_lake)
        tmp_lake.put(f"{hour_prefix(NOON - 30 * DAY)}event-1.json", event("imported"))

        load(source=tmp_lake)

        assert names(warehouse) == {"imported"}

    def test_no_hour_is_forgotten_when_runs_fail_for_days(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection, clock: Clock
    ) -> None:
        load()
        clock.now += HOUR
        put(lake, "batch-1.ndjson", event("waiting"), at=clock.now)
        lake.broken = {put(lake, "batch-2.ndjson", event("broken"), at=clock.now)}
        for _attempt in range(4):
            clock.now += 20 * HOUR
            with pytest.raises(LakeError, match="batch-2"):
                load(Options(slice_events=1))
        lake.broken = set()
        put(lake, "batch-3.ndjson", event("early"), at=NOON)

        assert load().tally.objects == 2
        assert names(warehouse) == {"waiting", "broken", "early"}

    def test_a_recent_look_reaches_back_to_the_last_one_that_was_finished(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection, clock: Clock
    ) -> None:
        load()
        clock.now += 5 * DAY
        warehouse.execute("update etl_discoveries set started_at = %s", (clock.now - DAY + HOUR,))
        load()
        assert lake.listed[-1] == hour_prefix(clock.now - DAY + HOUR - 2 * DAY)

    def test_a_window_is_read_again_and_nothing_else(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        for number in range(4):
            put(lake, f"batch-{number}.ndjson", event(f"of_{number}"), at=NOON + number * HOUR)
        window = Options(window=Window(start=NOON + HOUR, end=NOON + 2 * HOUR))

        report = load(window)
        assert names(warehouse) == {"of_1", "of_2"}
        assert report.tally.events == 2

        again = load(window)
        assert (again.tally.events, again.tally.duplicates) == (0, 2)
        assert load().tally.events == 2

    def test_more_objects_than_one_listing_or_one_slice_holds_after_small_first_ones(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        for number in range(450):
            put(lake, f"event-{number:03}.json", event("one", clientId=f"c{number % 7}"))

        report = load(Options(slice_events=100))

        assert (report.tally.objects, report.tally.slices) == (450, 8)
        assert count(warehouse, "etl_objects") == count(warehouse, "events") == 450

    @pytest.mark.slow
    def test_slices_of_one_object_reach_the_end_of_a_backlog(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        for number in range(200):
            put(lake, f"event-{number:03}.json", event("one"))

        assert load(Options(slice_events=1)).tally.slices == 200
        assert count(warehouse, "events") == 200


class TestSlices:
    def test_a_slice_that_fails_changes_nothing_and_those_before_it_stay(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        put(lake, "batch-1.ndjson", event("a"), event("b"))
        put(lake, "batch-2.ndjson", event("c"))
        lake.broken = {put(lake, "batch-3.ndjson", event("d"))}

        with pytest.raises(LakeError):
            load(Options(slice_events=2))

        assert names(warehouse) == {"a", "b"}
        status = warehouse.execute("select status, events, error from etl_runs").fetchone()
        assert status
        assert (status[0], status[1], "batch-3" in status[2]) == ("failed", 2, True)
        lake.broken = set()
        assert load().tally.events == 2
        assert names(warehouse) == {"a", "b", "c", "d"}

    def test_a_run_that_is_told_to_stop_leaves_whole_slices_and_the_next_goes_on(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        for number in range(6):
            put(lake, f"batch-{number}.ndjson", event(f"of_{number}"))
        done: list[int] = []

        report = load(
            Options(slice_events=1),
            should_stop=lambda: bool(done),
            on_progress=lambda tally: done.append(tally.slices),
        )

        assert report.status is Status.STOPPED
        assert 1 <= report.tally.objects < 6
        assert count(warehouse, "etl_objects") == report.tally.objects == count(warehouse, "events")
        rest = load()
        assert rest.status is Status.SUCCEEDED
        assert rest.tally.objects == 6 - report.tally.objects

    def test_a_database_that_fails_is_told_with_what_it_said(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        put(lake, "batch-1.ndjson", event("a"))
        warehouse.execute("alter table visitors add constraint none check (visitor_id <> 'c')")

        with pytest.raises(WarehouseError, match="none"):
            load()

        assert count(warehouse, "events") == count(warehouse, "etl_objects") == 0
        warehouse.execute("alter table visitors drop constraint none")
        assert load().tally.events == 1


class TestBooks:
    def test_only_one_etl_loads_at_a_time(
        self, warehouse_url: str, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        from clickstream.etl import ledger

        with connect(warehouse_url) as other, ledger.alone(other, waits=False):
            with pytest.raises(BusyError, match="another ETL"):
                load()
            assert count(warehouse, "etl_runs") == 0
        assert load().status is Status.SUCCEEDED

    def test_refuses_to_mix_days_of_two_time_zones(self, lake: MemoryLake, load: Run) -> None:
        load(rules=Rules(timezone="Asia/Ho_Chi_Minh"))

        with pytest.raises(WarehouseError, match=r"Asia/Ho_Chi_Minh.*rebuild"):
            load(rules=Rules(timezone="UTC"))
        load(rules=Rules(timezone="Asia/Ho_Chi_Minh"))

    def test_a_run_that_was_killed_is_told_as_failed_by_the_next(
        self, load: Run, warehouse: psycopg.Connection
    ) -> None:
        warehouse.execute(
            "insert into etl_runs (run_id, started_at, status) values (%s, %s, 'running')",
            (UUID(int=99), NOON - HOUR),
        )

        load()

        found = warehouse.execute("select status from etl_runs order by started_at").fetchall()
        assert found == [("failed",), ("succeeded",)]

    def test_every_line_is_an_event_a_duplicate_or_a_rejection(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        put(lake, "batch-1.ndjson", event("a", eventId="1"), event("b", eventId="1"), b"{", b"[]",
            b'{"eventName":""}', b"[1]", event("c"))  # fmt: skip
        put(lake, "batch-2.ndjson.gz", b"torn")

        tally = load(Options(slice_events=3)).tally

        assert (tally.lines, tally.events, tally.duplicates, tally.rejected) == (8, 2, 1, 5)
        row = warehouse.execute(
            "select objects, lines, events, duplicates, rejected, rejections from etl_runs"
        ).fetchone()
        assert row == (2, 8, 2, 1, 5, {
            "invalid_json": 1, "not_an_object": 2, "missing_event_name": 1, "unreadable_object": 1,
        })  # fmt: skip
        kept = warehouse.execute(
            "select object_line, reason, payload from quarantine order by object_key, object_line"
        ).fetchall()
        assert [(line, reason) for line, reason, _payload in kept] == [
            (3, "invalid_json"), (4, "not_an_object"), (5, "missing_event_name"),
            (6, "not_an_object"), (0, "unreadable_object"),
        ]  # fmt: skip
        assert bytes(kept[0][2]) == b"{"

    def test_an_earlier_receipt_takes_the_place_of_a_stored_event(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        put(lake, "batch-2.ndjson", event("second", NOON + HOUR, eventId="1"))
        load()
        put(lake, "batch-1.ndjson", event("first", NOON, eventId="1", clientId="other"))

        tally = load().tally

        assert (tally.events, tally.duplicates, tally.replaced) == (0, 1, 1)
        assert names(warehouse) == {"first"}
        visitors = warehouse.execute("select visitor_id, events from visitors").fetchall()
        assert visitors == [("other", 1)]

    def test_a_window_takes_lines_out_of_quarantine_that_are_good_now(
        self, lake: MemoryLake, load: Run, warehouse: psycopg.Connection
    ) -> None:
        key = put(lake, "batch-1.ndjson", b"{", event("good"))
        load()
        lake.put(key, event("mended") + b"\n" + event("good"))
        assert load().tally.objects == 0

        load(Options(window=Window(start=NOON, end=NOON)))

        assert names(warehouse) == {"mended", "good"}
        assert count(warehouse, "quarantine") == 0

    def test_what_nothing_brings_changes_nothing(
        self, load: Run, warehouse: psycopg.Connection
    ) -> None:
        report = load()

        assert (report.status, report.tally.objects) == (Status.SUCCEEDED, 0)
        assert warehouse.execute("select status, slices from etl_runs").fetchone() == (
            "succeeded", 0,
        )  # fmt: skip
