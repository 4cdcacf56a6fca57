"""What is older than the settings keep is gone from lake and warehouse, and the rest is exact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from clickstream.entrypoints.settings import read_settings
from clickstream.etl import Rules, run
from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.expiry import Lasts, expire_lake
from clickstream.etl.rebuild import RebuildOptions, rebuild
from clickstream.lake import EVENTS
from clickstream.simulate import write_history
from clickstream.warehouse.connect import connect

if TYPE_CHECKING:
    from conftest import Shop

END = datetime(2026, 3, 10, tzinfo=UTC)
NOW = END + timedelta(hours=12)


def load(shop: "Shop", rules: Rules, *, now: datetime = NOW) -> object:
    return run(
        shop.lake, shop.connection, rules=rules, run_id=uuid4(), clock=lambda: now
    ).tally.facts()


@pytest.fixture
def history(shop: "Shop") -> "Shop":
    write_history(shop.lake, visitors=200, days=8, seed=9, end=END)
    return shop


@pytest.mark.postgres
@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh"])
def test_expired_events_leave_the_tables_as_if_they_had_never_come(
    history: "Shop", zone: str
) -> None:
    shop = history
    shop.rules = Rules(timezone=zone)
    shop.load()
    before = len(shop.events())
    shop.rules = replace(shop.rules, retention=timedelta(days=3))
    load(shop, shop.rules)
    (oldest,) = shop.connection.execute("select min(event_timestamp) from events").fetchone() or ()
    day = shop.connection.execute(
        "select (%s::timestamptz at time zone %s)::date", (oldest, zone)
    ).fetchone()
    assert str((day or [None])[0]) == "2026-03-07"
    assert 0 < len(shop.events()) < before
    assert shop.sums() == shop.sums_of_a_rebuild()


@pytest.mark.postgres
def test_what_comes_too_late_is_counted_and_not_loaded(history: "Shop") -> None:
    shop = history
    rules = Rules(retention=timedelta(days=3))
    load(shop, rules)
    before = shop.sums()["events"]
    shop.put("event-1.json", shop.event("old", 0, client="c"), day=1)
    shop.put("event-2.json", b'{"eventName": 7}', day=1)
    old = '{"eventName":"x","_ingest":{"receivedAt":"2026-03-01T12:00:00Z","source":"http"}}'
    shop.put("event-3.json", old.encode(), day=1)
    facts = load(shop, rules)
    assert isinstance(facts, dict)
    assert (facts["lines"], facts["expired"], facts["rejected"]) == (3, 2, 0)
    assert facts["events"] == 1, "the hour of its receipt is old, its own time is not"
    assert shop.sums()["events"] != before
    assert shop.connection.execute("select count(*) from quarantine").fetchone() is not None


@pytest.mark.postgres
def test_an_expiry_goes_on_each_day_and_never_back(history: "Shop") -> None:
    shop = history
    load(shop, Rules(retention=timedelta(days=3)))
    first = len(shop.events())
    load(shop, Rules(retention=timedelta(days=3)), now=NOW + timedelta(days=1))
    second = len(shop.events())
    load(shop, Rules(), now=NOW + timedelta(days=1))
    assert 0 < second < first
    assert len(shop.events()) == second


@pytest.mark.postgres
def test_a_rebuild_keeps_as_much_as_the_settings_say(history: "Shop") -> None:
    shop = history
    shop.rules = Rules(retention=timedelta(days=3))
    load(shop, shop.rules)
    with connect(shop.url, autocommit=True) as owner:
        same = again(shop, owner, shop.rules)
        assert same.is_same
        more = again(shop, owner, Rules(retention=timedelta(days=5)))
    assert not more.is_same
    assert shop.connection.execute(
        "select min(event_timestamp) >= '2026-03-05' and min(event_timestamp) < '2026-03-06'"
        " from events"
    ).fetchone() == (True,)


def again(shop: "Shop", owner: psycopg.Connection, rules: Rules):
    return rebuild(
        shop.lake, owner, rules=rules, new_id=uuid4, clock=lambda: NOW, options=RebuildOptions()
    )


@pytest.mark.postgres
def test_objects_expire_with_their_ledger_and_a_rebuild_misses_none(history: "Shop") -> None:
    shop = history
    shop.rules = Rules(retention=timedelta(days=3))
    load(shop, shop.rules)
    lasts = Lasts(timedelta(days=4), timedelta(days=30))
    expired = expire_lake(shop.lake, shop.connection, lasts=lasts, now=NOW, removes=True)
    assert expired.objects > 0
    assert min(one.key for one in shop.lake.list(EVENTS)) >= "events/2026/03/05"
    with connect(shop.url, autocommit=True) as owner:
        assert again(shop, owner, shop.rules).is_same
    once_more = expire_lake(shop.lake, shop.connection, lasts=lasts, now=NOW, removes=True)
    assert once_more.objects == 0


@pytest.mark.postgres
def test_an_erasure_stays_on_the_list_until_the_last_backup_is_gone(shop: "Shop") -> None:
    done = erasures.make_erasure(uuid4(), NOW, {"events/x": {1}})
    erasures.write(shop.lake, done)
    lasts = Lasts(None, timedelta(days=30))

    def left(days: int) -> int:
        now = NOW + timedelta(days=days)
        expire_lake(shop.lake, shop.connection, lasts=lasts, now=now, removes=True)
        return len(list(erasures.listed(shop.lake)))

    assert left(31) == 1, "it is not finished"
    erasures.finish(shop.lake, done)
    assert [left(29), left(31)] == [1, 0]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("lake", "warehouse", "is_refused"),
    [
        pytest.param("30d", "30d", False, id="as-long"),
        pytest.param("60d", "30d", False, id="longer"),
        pytest.param("", "30d", False, id="for-ever"),
        pytest.param("29d", "30d", True, id="shorter"),
        pytest.param("30d", "", True, id="shorter-than-for-ever"),
    ],
)
def test_the_lake_is_never_kept_shorter_than_the_warehouse(
    lake: str, warehouse: str, is_refused: bool
) -> None:
    _settings, problems = read_settings(
        {"CLICKSTREAM_LAKE_RETENTION": lake, "CLICKSTREAM_WAREHOUSE_RETENTION": warehouse}
    )
    assert bool(problems) is is_refused
    assert all("CLICKSTREAM_WAREHOUSE_RETENTION" in str(problem) for problem in problems)
