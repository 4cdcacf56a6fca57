"""How reports are run: in one snapshot, on either kind of connection, with their SQL to see."""

import asyncio
import datetime as dt
import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import START, Happening, history, load, random_history

from clickstream.analytics import KINDS, ReportOptions, arun_report, report_sql, run_report
from clickstream.analytics.query import Answer, Plan, Results
from clickstream.analytics.request import Request
from clickstream.analytics.run import BATCH
from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres

NOW = dt.datetime(2026, 3, 14, 15, 30, tzinfo=dt.UTC)
OPTIONS = ReportOptions(now=NOW)
OF_THE_WAREHOUSE = {"freshness", "anomalies", "bands", "checks", "runs", "rejects"}
"""Reports that tell of the warehouse itself, whatever is filtered."""


@pytest.mark.parametrize("name", list(KINDS))
def test_every_report_answers_an_empty_warehouse(connection: psycopg.Connection, name: str) -> None:
    report = run_report(connection, name, OPTIONS)

    names = [column.name for column in report.columns]
    assert report.name == name
    assert len(names) == len(set(names))
    assert all(set(row) <= set(names) for row in report.rows)
    assert report.document()["report"] == name


@pytest.mark.parametrize("name", list(KINDS))
def test_an_asynchronous_connection_gives_the_same_answer(
    connection: psycopg.Connection, warehouse_url: str, name: str
) -> None:
    load(connection, random_history(81))

    async def answer() -> Any:
        async with await psycopg.AsyncConnection.connect(warehouse_url) as other:
            await other.execute("set search_path = clickstream")
            await other.commit()
            return await arun_report(other, name, OPTIONS)

    assert asyncio.run(answer()) == run_report(connection, name, OPTIONS)


@pytest.mark.parametrize(
    ("name", "is_heavy"),
    [
        pytest.param("value", True, id="value"),
        pytest.param("attribution", True, id="attribution"),
        pytest.param("overview", False, id="overview"),
    ],
)
def test_other_tasks_do_not_wait_for_the_answer_of_a_heavy_report(
    connection: psycopg.Connection,
    warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_heavy: bool,
) -> None:
    kind = KINDS[name]
    makers = []

    def plan(request: Request) -> Plan:
        inner = kind.plan(request)

        def shape(results: Results) -> Answer:
            makers.append(threading.current_thread())
            return inner.shape(results)

        return Plan(inner.queries, shape)

    monkeypatch.setitem(KINDS, name, replace(kind, plan=plan))

    async def answer() -> Any:
        async with await psycopg.AsyncConnection.connect(warehouse_url) as other:
            await other.execute("set search_path = clickstream")
            await other.commit()
            return await arun_report(other, name, OPTIONS)

    assert asyncio.run(answer()).name == name
    assert [maker is not threading.current_thread() for maker in makers] == [is_heavy]


def test_more_rows_than_one_batch_give_the_same_answer(
    connection: psycopg.Connection, warehouse_url: str
) -> None:
    moments = [START + dt.timedelta(minutes=place) for place in range(BATCH + 10)]
    load(
        connection,
        history(
            Happening(at=at, visitor=f"v{at:%j%H%M}", name="purchase", action="purchase",
                      value=Decimal(5), currency="USD")
            for at in moments
        ),
    )  # fmt: skip

    async def answer() -> Any:
        async with await psycopg.AsyncConnection.connect(warehouse_url) as other:
            await other.execute("set search_path = clickstream")
            await other.commit()
            return await arun_report(other, "value", OPTIONS)

    report = asyncio.run(answer())

    assert len(report.rows) == BATCH + 10
    assert report == run_report(connection, "value", OPTIONS)


@pytest.mark.parametrize("name", list(KINDS))
def test_the_sql_that_is_shown_runs_as_it_stands(connection: psycopg.Connection, name: str) -> None:
    options = ReportOptions(now=NOW, filters=("channel=O'Hara", "properties.it's=100%"))

    text = report_sql(connection, name, options)

    assert "O''Hara" in text or name in OF_THE_WAREHOUSE
    connection.execute(text.encode())


def test_the_reader_may_ask_everything(connection: psycopg.Connection) -> None:
    load(connection, random_history(82))
    connection.execute("set role clickstream_reader")
    connection.commit()

    for name in KINDS:
        assert run_report(connection, name, OPTIONS).name == name


def test_the_days_are_those_of_the_warehouse_unless_asked_otherwise(
    connection: psycopg.Connection,
) -> None:
    load(connection, random_history(83), timezone="Asia/Ho_Chi_Minh")
    late = ReportOptions(now=dt.datetime(2026, 3, 14, 20, tzinfo=dt.UTC))

    report = run_report(connection, "overview", late)

    assert report.params["timezone"] == "Asia/Ho_Chi_Minh"
    assert (report.params["from"], report.params["to"]) == (
        dt.date(2026, 2, 14),
        dt.date(2026, 3, 15),
    )


def test_old_data_is_hinted_at_where_the_range_is_later(connection: psycopg.Connection) -> None:
    load(connection, random_history(84))
    later = ReportOptions(now=NOW + dt.timedelta(days=100))

    notes = run_report(connection, "overview", later).notes

    assert len(notes) == 1
    assert "the latest is of 2026-03-1" in notes[0]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        pytest.param("sales", {}, "There is no report 'sales'. There are: overview", id="name"),
        pytest.param("overview", {"timezone": "Mars/X"}, "--timezone is 'Mars/X'", id="zone"),
        pytest.param("overview", {"timezone": "../etc"}, "--timezone is '../etc'", id="path"),
        pytest.param("overview", {"bots": "no"}, "--bots is 'no'; it is one of", id="bots"),
        pytest.param("overview", {"filters": ("x",)}, "give FIELD=VALUE", id="filter"),
        pytest.param("overview", {"filters": ("secret=1",)}, "no field 'secret'", id="field"),
        pytest.param("overview", {"filters": ("page=\x00",)}, "NUL character", id="nul"),
        pytest.param("events", {"limit": -1}, "--limit is -1", id="limit"),
        pytest.param("funnel", {"window": "soon"}, "--window is 'soon'", id="window"),
        pytest.param("funnel", {"steps": ("",)}, "--step is ''", id="step"),
        pytest.param("funnel", {"order": "odd"}, "--order is 'odd'", id="order"),
        pytest.param(
            "overview",
            {"from_": dt.date(2026, 3, 2), "to": dt.date(2026, 3, 1)},
            "--from 2026-03-02 is after --to 2026-03-01",
            id="backwards",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(
    connection: psycopg.Connection, name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        run_report(connection, name, ReportOptions(now=NOW, **options))
