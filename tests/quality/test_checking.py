"""Checks: each kind fails when the data is broken in its way, and passes before."""

import datetime as dt
import json
import re
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql

from clickstream.errors import SettingsError
from clickstream.etl import Options, Rules, run
from clickstream.lake import open_lake
from clickstream.quality.check_sql import violations
from clickstream.quality.checking import is_full_due, run_checks
from clickstream.quality.declared import built_in, read_checks

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
UTC = ZoneInfo("UTC")
LARGE = frozenset({"events", "event_items", "sessions", "visitors", "orders"})
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"


def _line(name: str, at: dt.datetime, visitor: str, **fields: object) -> str:
    document = {
        "eventName": name, "eventId": f"{visitor}-{name}-{at:%d%H%M}", "clientId": visitor,
        "eventTimestamp": at.isoformat(), "sentAt": at.isoformat(), "userLoginState": "guest",
        "pageUrl": "https://shop.example/", **fields,
        "_ingest": {
            "receivedAt": at.isoformat(), "source": "http", "userAgent": CHROME,
            "headers": {"accept-language": "vi"},
        },
    }  # fmt: skip
    return json.dumps(document) + "\n"


def _load(folder: Path, connection: psycopg.Connection, lines: list[str], number: int) -> None:
    lake = open_lake(folder.as_uri())
    key = f"events/2026/03/20/11/batch-00000000-0000-4000-8000-{number:012}.ndjson"
    lake.put(key, "".join(lines).encode())
    run(
        lake, connection, rules=Rules(), run_id=uuid4(), clock=lambda: NOW,
        options=Options(everything=True),
    )  # fmt: skip


@pytest.fixture
def shop(connection: psycopg.Connection, tmp_path: Path) -> psycopg.Connection:
    """A loaded warehouse: three weeks of a few visitors, who view and buy."""
    connection.commit()
    lines = []
    product = {"id": "p1", "name": "Mouse", "price": 5}
    for day in range(21):
        for hour in range(6):
            at = NOW - dt.timedelta(days=day, hours=hour, minutes=5)
            visitor = f"v{day}-{hour}"
            properties = {"theme": "dark", "size": 3}
            lines += [
                _line("page_view", at, visitor, properties=properties),
                _line("product_view", at + dt.timedelta(minutes=1), visitor, product=product),
            ]
        order = {"id": f"o{day}", "value": 10, "currency": "VND"}
        lines.append(_line("purchase", at + dt.timedelta(minutes=2), visitor, order=order))
    _load(tmp_path / "lake", connection, lines, 1)
    return connection


def _check(connection: psycopg.Connection, checks=None, **options: object) -> dict[str, str]:
    """The status of each check."""
    connection.commit()
    results = run_checks(
        connection, built_in() if checks is None else checks, run_id=uuid4(), now=NOW, zone=UTC,
        **options,
    )  # fmt: skip
    return {one.check: one.status for one in results}


@pytest.mark.postgres
def test_a_shop_that_was_loaded_passes_every_check(shop: psycopg.Connection) -> None:
    statuses = _check(shop)
    assert set(statuses) == {check.name for check in built_in()}
    assert {name for name, status in statuses.items() if status != "passed"} <= {"runs_succeed"}
    assert set(_check(shop, recent=True)) < set(statuses)


def _without_constraints(connection: psycopg.Connection, table: str) -> None:
    connection.execute(f"create table broken as select * from {table}")
    connection.execute(f"alter table {table} rename to {table}_kept")
    connection.execute(f"alter table broken rename to {table}")
    connection.execute(f"grant select on {table} to clickstream_reader")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("breakage", "check", "status"),
    [
        pytest.param("insert into events select * from events limit 1", "events_unique", "failed",
                     id="unique"),
        pytest.param("update events set visitor_id = null where order_id = 'o3'",
                     "events_complete", "failed", id="not null"),
        pytest.param("delete from sessions where session_id like 'v3-1%'", "events_in_sessions",
                     "failed", id="references"),
        pytest.param("delete from visitors where visitor_id = 'v3-1'", "sessions_of_visitors",
                     "failed", id="references of sessions"),
        pytest.param("update events set device_type = 'fridge' where visitor_id = 'v3-1'",
                     "device_types_known", "failed", id="accepted values"),
        pytest.param("update orders set currency = 'dong' where order_id = 'o3'",
                     "currencies_are_codes", "warned", id="accepted pattern"),
        pytest.param("update orders set value = -1 where order_id = 'o3'",
                     "orders_worth_something", "failed", id="holds"),
        pytest.param("update sessions set ended_at = started_at - interval '1 hour'",
                     "sessions_end_after_they_start", "failed", id="holds of sessions"),
        pytest.param("delete from events where event_timestamp > '2026-03-18'",
                     "events_are_fresh", "warned", id="freshness"),
        pytest.param("update etl_runs set finished_at = finished_at - interval '1 year'",
                     "runs_succeed", "warned", id="freshness of runs"),
        pytest.param("update hourly_metrics set events = events + 1",
                     "hours_match_events", "failed", id="hours"),
        pytest.param("update daily_metrics set visitors = visitors + 1 where day = '2026-03-10'",
                     "days_match_events", "failed", id="days"),
        pytest.param("update daily_orders set revenue = revenue + 1 where day = '2026-03-10'",
                     "days_match_orders", "failed", id="revenue"),
        pytest.param("delete from daily_funnel where day = '2026-03-10'",
                     "funnel_matches_sessions", "failed", id="funnel"),
        pytest.param("update sessions set events = 9 where visitor_id = 'v3-1'",
                     "sessions_match_events", "failed", id="sessions"),
        pytest.param("delete from orders where order_id = 'o3'", "orders_match_purchases",
                     "failed", id="purchase without order"),
        pytest.param("delete from events where order_id = 'o3'", "orders_match_purchases",
                     "failed", id="order without purchase"),
        pytest.param("update etl_runs set rejected = 50, lines = 200, started_at = '2026-03-20'",
                     "little_is_refused", "warned", id="refused"),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_found(
    shop: psycopg.Connection, breakage: str, check: str, status: str
) -> None:
    if check in {"events_unique", "events_complete"}:
        _without_constraints(shop, "events")
    shop.execute(breakage)
    shop.commit()
    assert _check(shop)[check] == status


@pytest.mark.postgres
@pytest.mark.parametrize(("factor", "status"), [(0, "warned"), (1, "passed"), (5, "warned")])
def test_a_day_of_unusual_volume_is_told(
    connection: psycopg.Connection, tmp_path: Path, factor: int, status: str
) -> None:
    connection.commit()
    lines = []
    for days in (1, 8, 15, 22):
        count = 150 * (factor if days == 1 else 1)
        at = NOW - dt.timedelta(days=days)
        lines += [_line("page_view", at, f"v{days}-{number}") for number in range(count)]
    _load(tmp_path / "lake", connection, lines, 1)
    assert _check(connection)["volume_is_usual"] == status


@pytest.mark.postgres
def test_new_gone_and_changed_events_and_properties_are_told(
    shop: psycopg.Connection, tmp_path: Path
) -> None:
    _check(shop)
    at = NOW - dt.timedelta(minutes=3)
    lines = [
        _line("page_view", at, "w1", properties={"theme": 7, "color": "red"}),
        _line("pagee_view", at, "w2"),
    ]
    _load(tmp_path / "lake", shop, lines, 2)
    shop.execute(
        "insert into event_shapes values ('old', '', 'object', %s, %s, 9),"
        " ('page_view', 'gone', 'string', %s, %s, 9)",
        [NOW - dt.timedelta(days=19), NOW - dt.timedelta(days=9)] * 2,
    )
    statuses = _check(shop)
    for name in (
        "event_names_are_known", "events_still_arrive", "properties_are_known",
        "properties_still_arrive", "properties_keep_their_type",
    ):  # fmt: skip
        assert statuses[name] == "warned", name
    shapes = shop.execute(
        "select json_type from event_shapes where event_name = 'page_view' and property = 'theme'"
    ).fetchall()
    assert sorted(shapes) == [("number",), ("string",)]


@pytest.mark.postgres
def test_a_result_names_examples_and_what_to_do_and_is_kept(shop: psycopg.Connection) -> None:
    shop.execute("delete from visitors where visitor_id in ('v3-1', 'v4-1')")
    shop.commit()
    checks = tuple(check for check in built_in() if check.name == "sessions_of_visitors")
    (result,) = run_checks(shop, checks, run_id=uuid4(), now=NOW, zone=UTC)
    assert result.found == 2
    assert result.examples == ("v3-1: missing", "v4-1: missing")
    assert "rebuild" in result.advice
    kept = shop.execute(
        "select status, observed, table_name, advice, examples from quality_results"
    ).fetchall()
    assert kept == [("failed", 2, "sessions", result.advice, list(result.examples))]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("table", "status"),
    [
        pytest.param("select order_id from orders where value > 100", "passed", id="sql holds"),
        pytest.param("select order_id from orders where value < 100;", "failed", id="sql fails"),
        pytest.param({"sql": "select 1", "severity": "warn"}, "warned", id="warning"),
        pytest.param("select order_id from orders where coupon like '%x%'", "passed", id="percent"),
        pytest.param("delete from orders", "failed", id="may not write"),
        pytest.param("select 1; drop table orders", "failed", id="one statement"),
        pytest.param("select set_config('role', 'none', true); delete from orders", "failed",
                     id="no way back"),
        pytest.param("select nothing from nowhere", "failed", id="cannot run"),
        pytest.param({"kind": "unique", "table": "orders", "columns": ["currency"]}, "failed",
                     id="unique"),
        pytest.param({"kind": "holds", "table": "orders", "condition": "t.value >= 10"}, "passed",
                     id="holds"),
        pytest.param({"kind": "accepted", "table": "orders", "column": "currency",
                      "values": ["VND"]}, "passed", id="accepted"),
        pytest.param({"kind": "volume", "table": "orders", "time": "ordered_at"}, "passed",
                     id="volume"),
        pytest.param({"kind": "freshness", "table": "orders", "time": "ordered_at",
                      "within": "30m"}, "failed", id="freshness"),
    ],
)  # fmt: skip
def test_a_shops_own_checks_run_as_a_reader(
    shop: psycopg.Connection, table: object, status: str
) -> None:
    (check,) = [one for one in read_checks({"mine": table}) if one.name == "mine"]
    assert _check(shop, [check]) == {"mine": status}
    count = shop.execute("select count(*) from orders").fetchone()
    assert count == (21,)


@pytest.mark.postgres
def test_a_check_names_only_what_is_there(shop: psycopg.Connection) -> None:
    (check,) = [
        one
        for one in read_checks({"mine": {"kind": "not_null", "table": "ordrs", "columns": ["x"]}})
        if one.name == "mine"
    ]
    with pytest.raises(SettingsError, match="a table is expected"):
        _check(shop, [check])


@pytest.mark.postgres
def test_all_checks_are_due_once_a_day(shop: psycopg.Connection) -> None:
    shop.commit()
    assert is_full_due(shop, now=NOW)
    _check(shop, recent=True)
    assert is_full_due(shop, now=NOW)
    _check(shop)
    assert not is_full_due(shop, now=NOW + dt.timedelta(hours=23))
    assert is_full_due(shop, now=NOW + dt.timedelta(hours=25))


@pytest.mark.postgres
def test_results_after_loads_are_written_when_they_say_something_new(
    shop: psycopg.Connection,
) -> None:
    _check(shop, recent=True)
    _check(shop, recent=True)
    runs = shop.execute("select count(distinct run_id) from quality_results").fetchone()
    assert runs == (1,)
    shop.execute("update hourly_metrics set events = events + 1")
    shop.commit()
    _check(shop, recent=True)
    latest = shop.execute(
        "select check_name from quality_results where status = 'failed'"
    ).fetchall()
    assert latest == [("hours_match_events",)]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param(7, "a table, the text of a select, or false", id="number"),
        pytest.param({"kind": "odd"}, "odd", id="unknown kind"),
        pytest.param({"kind": "unique", "table": "orders"}, "needs columns", id="lacking"),
        pytest.param({"kind": "accepted", "table": "a", "column": "b"}, "values or pattern",
                     id="no values"),
        pytest.param({"sql": "select 1", "colour": "red"}, "colour", id="unknown key"),
        pytest.param({"kind": "reconcile", "table": "a"}, "use sql", id="reconcile"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_used_is_told_by_name(table: object, said: str) -> None:
    with pytest.raises(SettingsError, match="mine") as caught:
        read_checks({"mine": table})
    assert said in str(caught.value)


@pytest.mark.unit
def test_a_built_in_check_can_be_left_out_or_replaced() -> None:
    names = {check.name for check in read_checks({"volume_is_usual": False})}
    assert names == {check.name for check in built_in()} - {"volume_is_usual"}
    own = read_checks({"events_are_fresh": {"sql": "select 1"}})
    assert [check.kind for check in own if check.name == "events_are_fresh"] == ["sql"]


def test_a_check_after_a_load_reads_no_large_table_whole(shop: psycopg.Connection) -> None:
    """Where the planner reads a small table whole as a last resort, recent rows need no such."""
    with shop.transaction():
        columns = {
            table: frozenset(names)
            for table, names in shop.execute(
                "select table_name::text, array_agg(column_name::text)"
                " from information_schema.columns where table_schema = 'clickstream' group by 1"
            )
        }
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            shop.execute(f"set local enable_{way} = off")
        values = {"since": NOW.isoformat(), "now": NOW, "zone": "UTC"}
        asked = [one for one in built_in() if one.time and one.kind != "volume"]
        assert len(asked) > 15
        for check in asked:
            query = violations(check, columns, recent=True)
            rows = shop.execute(sql.SQL("explain {}").format(query), values, prepare=False)
            plan = "\n".join(row[0] for row in rows)
            read = {*re.findall(r"Seq Scan on (\w+)", plan)} & LARGE
            assert not read, plan
            begins = re.search(r"Index Cond: .*_(at|timestamp) >= ", plan)
            is_known = "One-Time Filter: false" in plan or check.kind in {"freshness", "reconcile"}
            assert begins or is_known, plan
