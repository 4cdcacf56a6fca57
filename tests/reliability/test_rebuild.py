"""The warehouse made anew: the same rows, whatever happened to the old ones, and nobody waits."""

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from clickstream.analytics import ReportOptions, run_report
from clickstream.errors import BusyError, WarehouseError
from clickstream.etl import Rules, Window
from clickstream.etl.rebuild import RebuildOptions, RebuildReport, rebuild
from clickstream.etl.run import Status
from clickstream.lake import Lake
from clickstream.warehouse.connect import connect
from clickstream.warehouse.exchange import BOOKS, DERIVED, FRESH, KEPT, LIVE, OLD, table_names

pytestmark = pytest.mark.postgres
END = datetime(2026, 3, 1, tzinfo=UTC)
NOW = END + timedelta(hours=1)
RULES = Rules()
_numbers = count(1000)


def rebuilt(
    lake: Lake, connection: psycopg.Connection, *, rules: Rules = RULES, **options: object
) -> RebuildReport:
    return rebuild(
        lake, connection, rules=rules, new_id=lambda: UUID(int=next(_numbers)), clock=lambda: NOW,
        options=RebuildOptions(**options),  # type: ignore[arg-type]
    )  # fmt: skip


def others(report: RebuildReport) -> list[str]:
    return [one.table for one in report.tables if not one.is_same]


def schemas(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "select nspname from pg_namespace where nspname like 'clickstream%' order by 1"
    )
    return [row[0] for row in rows]


@pytest.fixture
def loaded(tmp_lake: Lake, history, load, etl_connection) -> Lake:
    """A lake of some days, and a warehouse that was loaded with it in many small slices."""
    history(tmp_lake)
    tmp_lake.put("events/2026/02/28/11/batch-torn.ndjson.gz", gzip.compress(b"{}")[:-3])
    load(tmp_lake, etl_connection, slice_events=300)
    return tmp_lake


def test_every_table_is_made_kept_or_begun_anew(connection):
    assert sorted([*DERIVED, *KEPT, *BOOKS]) == table_names(connection, LIVE)


def test_a_rebuild_gives_the_same_rows_in_new_tables(loaded, owner, sums):
    before, old = sums(owner), owner.execute("select 'events'::regclass::oid").fetchone()
    runs = owner.execute("select * from etl_runs").fetchall()
    report = rebuilt(loaded, owner)
    assert others(report) == []
    assert report.is_exchanged
    assert sums(owner) == before
    assert before["events"].rows > 1000
    assert before["quarantine"].rows >= 1
    assert owner.execute("select 'events'::regclass::oid").fetchone() != old
    kept = owner.execute("select * from etl_runs order by started_at").fetchall()
    assert kept[: len(runs)] == runs
    assert [row[0] for row in kept[len(runs) :]] == [report.run_id]
    assert schemas(owner) == [LIVE]


def test_what_is_damaged_is_mended(loaded, owner, sums):
    before = sums(owner)
    owner.execute("delete from events where event_id < '8'; delete from event_items")
    owner.execute("update sessions set is_bot = default, events = 7; truncate daily_metrics")
    owner.execute("update daily_pages set views = views + 1; delete from orders")
    report = rebuilt(loaded, owner)
    assert {"events", "sessions", "daily_metrics", "daily_pages", "orders"} <= set(others(report))
    assert sums(owner) == before


def test_a_window_is_mended_from_the_lake_and_the_rest_from_the_tables(loaded, owner, sums):
    before = sums(owner)
    first = datetime(2026, 2, 26, tzinfo=UTC)
    window = Window(first, first + timedelta(hours=47))
    owner.execute(
        "delete from events where received_at >= %s and received_at < %s",
        (first, first + timedelta(hours=48)),
    )
    owner.execute("update daily_funnel set sessions = 0; truncate sessions, daily_transitions")
    report = rebuilt(loaded, owner, window=window, slice_events=500)
    assert {"events", "sessions", "daily_funnel"} <= set(others(report))
    assert sums(owner) == before
    assert 0 < report.tally.objects < before["etl_objects"].rows


def test_a_window_needs_no_more_of_the_lake_than_its_own_hours(loaded, owner, sums):
    before = sums(owner)
    first = datetime(2026, 2, 26, tzinfo=UTC)
    for one in list(loaded.list("events/2026/02/25")):
        loaded.delete(one.key)
    report = rebuilt(loaded, owner, window=Window(first, END))
    assert others(report) == []
    assert sums(owner) == before


def test_only_a_comparison_leaves_the_tables_as_they_are(loaded, owner, sums):
    owner.execute("delete from orders")
    before = sums(owner)
    report = rebuilt(loaded, owner, exchanges=False)
    assert others(report) == ["orders"]
    assert not report.is_exchanged
    assert sums(owner) == before
    assert schemas(owner) == [LIVE]


def test_a_lake_that_lost_what_was_loaded_is_refused_unless_told(loaded, owner, sums):
    before = sums(owner)
    victim = next(iter(loaded.list("events/"))).key
    loaded.delete(victim)
    with pytest.raises(WarehouseError, match=rf"1 objects .* \(the first is {victim}\)"):
        rebuilt(loaded, owner)
    assert sums(owner) == before
    report = rebuilt(loaded, owner, drops_missing=True)
    assert report.missing == 1
    assert sums(owner)["events"].rows < before["events"].rows


def test_other_rules_take_hold_by_a_rebuild(loaded, owner, etl_connection, load):
    rules = Rules(timezone="Asia/Ho_Chi_Minh", key_events=frozenset({"page_view"}))
    report = rebuilt(loaded, owner, rules=rules)
    assert {"events", "daily_metrics"} <= set(others(report))
    kept = dict(owner.execute("select key, value from warehouse_settings").fetchall())
    assert kept == rules.fingerprint()
    with pytest.raises(WarehouseError, match="clickstream rebuild"):
        load(loaded, etl_connection)


def test_a_window_read_by_other_rules_leaves_the_word_that_the_rest_was_not(loaded, owner):
    rules = Rules(key_events=frozenset({"page_view"}))
    first = datetime(2026, 2, 26, tzinfo=UTC)
    report = rebuilt(loaded, owner, rules=rules, window=Window(first, first + timedelta(hours=23)))
    assert "events" in others(report)
    kept = dict(owner.execute("select key, value from warehouse_settings").fetchall())
    assert kept == RULES.fingerprint()


def test_grants_views_and_indexes_are_those_of_the_old_schema(loaded, owner):
    name = "reliability_reader"
    owner.execute(f"drop role if exists {name}")
    owner.execute(f"create role {name}")
    owner.execute(f"grant usage on schema clickstream to {name}; grant select on events to {name}")
    shape = [
        "select relname, relkind, relacl::text from pg_class"
        " where relnamespace = 'clickstream'::regnamespace order by 1",
        "select indexdef from pg_indexes where schemaname = 'clickstream' order by 1",
        "select table_name, view_definition from information_schema.views"
        " where table_schema = 'clickstream' order by 1",
        "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where connamespace = 'clickstream'::regnamespace order by 1",
        "select defaclobjtype, defaclacl::text from pg_default_acl"
        " where defaclnamespace = 'clickstream'::regnamespace order by 1",
        "select nspacl::text, nspowner from pg_namespace where nspname = 'clickstream'",
    ]
    before = [owner.execute(one).fetchall() for one in shape]
    rebuilt(loaded, owner)
    assert [owner.execute(one).fetchall() for one in shape] == before
    owner.execute(f"drop owned by {name}; drop role {name}")


def test_the_etl_goes_on_over_its_old_connection(loaded, owner, etl_connection, load, sums):
    rebuilt(loaded, owner)
    before = sums(owner)["events"].rows
    loaded.put("events/2026/02/28/23/event-new.json", b'{"eventName": "x", "eventId": "new"}')
    assert load(loaded, etl_connection).tally.events == 1
    assert sums(owner)["events"].rows == before + 1


def test_what_comes_during_a_rebuild_is_in_it(loaded, owner, warehouse_url, load, sums):
    """The lake gets an object, and the ETL loads it, while the new tables are being filled."""
    key = "events/2026/02/20/23/event-meanwhile.json"

    def arrive(_share: float, _words: str) -> None:
        if loaded.url and not list(loaded.list("events/2026/02/20")):
            loaded.put(key, b'{"eventName": "x", "eventId": "meanwhile"}')
            with connect(warehouse_url, role="clickstream_etl") as etl:
                assert load(loaded, etl).tally.events == 1

    report = rebuild(
        loaded, owner, rules=RULES, new_id=lambda: UUID(int=next(_numbers)), clock=lambda: NOW,
        options=RebuildOptions(slice_events=400), on_progress=arrive,
    )  # fmt: skip
    assert others(report) == []
    assert owner.execute("select event_id from events where object_key = %s", [key]).fetchall()
    assert sums(owner)["etl_objects"].rows == report.tables[-1].after.rows


def test_somebodys_own_view_is_named_rather_than_cut_off(loaded, owner):
    owner.execute("create view public.my_orders as select * from clickstream.orders")
    with pytest.raises(WarehouseError, match=r"public\.my_orders"):
        rebuilt(loaded, owner)
    assert schemas(owner) == [LIVE]


def test_the_etls_role_is_told_whose_work_it_is(loaded, warehouse_url):
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute("drop role if exists reliability_etl")
        admin.execute("create role reliability_etl; grant clickstream_etl to reliability_etl")
        admin.execute("set session authorization reliability_etl; set search_path = clickstream")
        with pytest.raises(WarehouseError, match=r"'reliability_etl' may not: .* 'clickstream'"):
            rebuilt(loaded, admin)
        admin.execute("reset session authorization; drop role reliability_etl")


def test_two_rebuilds_do_not_meet(loaded, owner, warehouse_url):
    def meet(_share: float, _words: str) -> None:
        with connect(warehouse_url) as other, pytest.raises(BusyError, match="Another rebuild"):
            rebuilt(loaded, other)

    rebuild(
        loaded, owner, rules=RULES, new_id=lambda: UUID(int=next(_numbers)), clock=lambda: NOW,
        on_progress=meet,
    )  # fmt: skip


def test_a_stopped_rebuild_leaves_all_as_it_was(loaded, owner, sums):
    before = sums(owner)
    shown: list[float] = []
    report = rebuild(
        loaded, owner, rules=RULES, new_id=lambda: UUID(int=next(_numbers)), clock=lambda: NOW,
        options=RebuildOptions(slice_events=300), should_stop=lambda: len(shown) > 1,
        on_progress=lambda share, _words: shown.append(share),
    )  # fmt: skip
    assert (report.status, report.is_exchanged) == (Status.STOPPED, False)
    assert 0 < shown[0] < 1
    assert sums(owner) == before
    assert schemas(owner) == [LIVE]


def test_readers_are_answered_all_the_while_and_never_see_half(loaded, owner, warehouse_url):
    """Each report reads in one snapshot: through an exchange too, its numbers are the same."""
    stop, answers, failures = threading.Event(), [], []
    options = ReportOptions(now=NOW, from_=END.date() - timedelta(days=5), to=END.date())

    def read() -> None:
        try:
            with connect(warehouse_url, role="clickstream_reader", autocommit=True) as reader:
                while not stop.is_set():
                    started = time.monotonic()
                    report = run_report(reader, "overview", options)
                    answers.append((time.monotonic() - started, report.rows))
        except Exception as error:  # noqa: BLE001 - a thread's failure is told by the test
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(2):
            assert others(rebuilt(loaded, owner)) == []
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert failures == []
    assert len(answers) > 5
    assert len({str(rows) for _seconds, rows in answers}) == 1
    assert max(seconds for seconds, _rows in answers) < 10


def test_a_reader_who_stays_is_waited_for_without_blocking_others(loaded, owner, warehouse_url):
    done: list[RebuildReport] = []
    with connect(warehouse_url, role="clickstream_reader") as staying:
        staying.execute("select count(*) from events")
        work = threading.Thread(target=lambda: done.append(rebuilt(loaded, owner)))
        work.start()
        with connect(warehouse_url, role="clickstream_reader", autocommit=True) as other:
            deadline = time.monotonic() + 60
            while not _is_waiting(other):
                assert time.monotonic() < deadline
            started = time.monotonic()
            other.execute("select count(*) from events")
            assert time.monotonic() - started < 5
        assert not done
        assert staying.execute("select count(*) from sessions").fetchone()
    work.join()
    assert done[0].is_exchanged


def _is_waiting(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "select exists (select from pg_locks where not granted and mode = 'AccessExclusiveLock')"
    ).fetchone()
    return bool(row and row[0])


def test_a_killed_rebuild_leaves_the_live_tables_and_the_next_one_cleans_up(
    loaded, owner, warehouse_url, sums, tmp_path: Path
):
    before = sums(owner)
    environment = {
        "PATH": os.environ["PATH"],
        "CLICKSTREAM_LAKE_URL": loaded.url,
        "CLICKSTREAM_WAREHOUSE_URL": warehouse_url,
        "CLICKSTREAM_ETL_SLICE": "1000",
    }
    command = [sys.executable, "-m", "clickstream.entrypoints.cli", "rebuild"]
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    filled = f"select exists (select from {FRESH}.events)"
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        with owner.transaction():
            found = owner.execute("select to_regclass(%s)", [f"{FRESH}.daily_orders"]).fetchone()
            if found != (None,) and owner.execute(filled.encode()).fetchone() == (True,):
                break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert sums(owner) == before
    owner.execute(f"create schema {OLD}")
    deadline = time.monotonic() + 30
    while True:  # until the server has seen that its client has gone
        try:
            report = rebuilt(loaded, owner)
            break
        except BusyError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert others(report) == []
    assert schemas(owner) == [LIVE]
