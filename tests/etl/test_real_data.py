"""A real shop's events and a labelled history come out as what is known of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from clickstream.analytics import ReportOptions, run_report
from clickstream.etl import Options, Rules, RunReport, run
from clickstream.ingest.importing import ImportReport, import_file
from clickstream.ingest.mapping import read_map
from clickstream.lake import Lake
from clickstream.warehouse.connect import connect

pytestmark = pytest.mark.postgres

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PHONE = (
    '"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 '
    '(KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1"'
)
ROBOT = '"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"'


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[psycopg.Connection]:
    with connect(warehouse_url) as opened:
        opened.autocommit = True
        yield opened


def bring_in(file: Path, example: str, lake: Lake) -> ImportReport:
    mapping = read_map((EXAMPLES / example).read_text("utf-8"), name=example)
    return import_file(file, lake, mapping=mapping, now=NOW)


def load(lake: Lake, warehouse: psycopg.Connection, number: int = 1) -> RunReport:
    return run(
        lake, warehouse, rules=Rules(), run_id=UUID(int=number), clock=lambda: NOW,
        options=Options(slice_events=10_000),
    )  # fmt: skip


def rows(warehouse: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return warehouse.execute(query.encode()).fetchall()


def test_a_gap_of_thirty_minutes_gives_exactly_the_labelled_sessions(
    fixtures: Path, tmp_lake: Lake, warehouse: psycopg.Connection
) -> None:
    bring_in(fixtures / "retentioneering_ecom/ecom.csv.gz", "retentioneering.toml", tmp_lake)

    load(tmp_lake, warehouse)

    (counts,) = rows(
        warehouse,
        "select count(*), count(distinct visitor_id), count(distinct session_id),"
        " count(distinct client_session_id),"
        " count(distinct (session_id, client_session_id)) from events",
    )
    assert counts == (31_106, 600, 3_605, 3_605, 3_605)


def test_an_electronics_shops_events_are_counted_as_they_are_in_its_file(
    fixtures: Path, tmp_lake: Lake, warehouse: psycopg.Connection
) -> None:
    file = fixtures / "rees46_oct2019_sample/2019-Oct_17435.csv"
    imported = bring_in(file, "rees46.toml", tmp_lake)
    loaded = load(tmp_lake, warehouse)

    assert (imported.rows, imported.events, imported.rejected.total()) == (17_435, 17_435, 0)
    assert (loaded.tally.events, loaded.tally.duplicates, loaded.tally.rejected) == (17_435, 0, 0)
    assert dict(rows(warehouse, "select action, count(*) from events group by action")) == {
        "view_item": 17_056, "add_to_cart": 165, "purchase": 214,
    }  # fmt: skip
    assert rows(warehouse, "select count(distinct visitor_id) from events") == [(4_505,)]
    ((orders, revenue),) = rows(warehouse, "select count(*), sum(value) from orders")
    in_file = [line.split(",") for line in file.read_text("utf-8").splitlines()[1:]]
    assert orders == 214
    assert revenue == sum(Decimal(line[6]) for line in in_file if line[1] == "purchase")
    assert rows(warehouse, "select distinct currency from orders") == [("USD",)]

    again = bring_in(file, "rees46.toml", tmp_lake)
    assert (again.objects_written, again.objects_present) == (0, imported.objects_written)
    assert load(tmp_lake, warehouse, 2).tally.objects == 0


def test_an_imported_log_is_reported_by_country_and_device(
    tmp_path: Path, tmp_lake: Lake, warehouse: psycopg.Connection
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "user,time,land,agent\n"
        f"a,2026-05-18 10:00,VN,{PHONE}\nb,2026-05-18 11:00,vn,{ROBOT}\n"
        f"c,2026-05-18 12:00,DE,{PHONE}\nd,2026-05-18 13:00,,\n"
    )
    mapping = read_map(
        '[fields]\nclientId = "user"\neventTimestamp = "time"\ncountry = "land"\n'
        'userAgent = "agent"\n[constants]\neventName = "page_view"',
        name="a map",
    )
    import_file(log, tmp_lake, mapping=mapping, now=NOW)
    load(tmp_lake, warehouse)
    days = {"now": NOW, "from_": NOW.date() - timedelta(days=5), "to": NOW.date()}

    by_country = run_report(warehouse, "breakdown", ReportOptions(by="country", **days))
    phones = run_report(
        warehouse, "overview", ReportOptions(filters=("country=VN", "device=mobile"), **days)
    )

    assert {row["country"]: row["visitors"] for row in by_country.rows} == {
        "VN": 1, "DE": 1, None: 1,
    }  # fmt: skip
    assert by_country.excluded["bots"]["sessions"] == 1
    assert [row["visitors"] for row in phones.rows] == [1]
