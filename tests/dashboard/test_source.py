"""The dashboard's questions, asked of a real warehouse."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from clickstream.dashboard.app import PAGES
from clickstream.dashboard.choices import fetch_choices
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import read_view
from clickstream.dashboard.pages import overview_data
from clickstream.dashboard.pages.products_data import fetch_products
from clickstream.dashboard.queries import Answers
from clickstream.dashboard.source import CONNECTIONS, WarehouseSource
from clickstream.warehouse.connect import session_setup

pytestmark = pytest.mark.postgres
NOW = dt.datetime(2026, 11, 22, 15, 30, tzinfo=dt.UTC)
QUERIES = [
    pytest.param("", id="as it opens"),
    pytest.param("range=today&compare=off", id="a day by hours"),
    pytest.param("channel=Email&device=mobile&login=guest", id="filters on sessions"),
    pytest.param("brand=Dell&category=(none)", id="filters on products"),
    pytest.param("from=2026-01-01&to=2026-11-22&interval=month&by=category", id="months"),
]


def opening(url: str) -> Callable[[], Awaitable[psycopg.AsyncConnection]]:
    async def open_connection() -> psycopg.AsyncConnection:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        await connection.execute(session_setup(role="clickstream_reader"))
        return connection

    return open_connection


def with_office(url: str, work: Callable[[Office], Awaitable[None]]) -> None:
    async def run() -> None:
        source = WarehouseSource(opening(url), lambda: NOW)
        try:
            await work(Office(Answers(source), lambda: NOW, "", str))
        finally:
            await source.close()

    asyncio.run(run())


@pytest.mark.parametrize("query", QUERIES)
def test_every_question_of_the_pages_can_be_answered(warehouse_url: str, query: str) -> None:
    view = read_view(query, ["overview", "products"])

    async def work(office: Office) -> None:
        headline = await overview_data.fetch_headline(office, view)
        assert headline.row["visitors"] == 0
        trend = await overview_data.fetch_trend(office, view)
        assert trend.points
        assert not any(point.value for point in trend.points)
        assert await overview_data.fetch_channels(office, view) == []
        assert await overview_data.fetch_pages(office, view) == []
        assert len((await overview_data.fetch_funnel(office, view)).rows) == 4
        assert (await fetch_products(office, view)).lines == []
        for name in ("channel", "brand", "event_name"):
            assert await fetch_choices(office, view.filters, name) == []
        for page in PAGES:
            for fetch in page.fetches:
                await fetch(office, view)

    with_office(warehouse_url, work)


def test_an_empty_warehouse_says_that_it_has_no_events(warehouse_url: str) -> None:
    async def work(office: Office) -> None:
        fresh = await office.answers.freshness()
        assert not fresh.has_events
        assert fresh.as_of is None

    with_office(warehouse_url, work)


def test_a_cancelled_question_leaves_the_connections_in_order(warehouse_url: str) -> None:
    view = read_view("", ["overview"])

    async def work(office: Office) -> None:
        for _ in range(3 * CONNECTIONS):
            asked = asyncio.create_task(overview_data.fetch_headline(office, view))
            await asyncio.sleep(0.002)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        headline: Any = await overview_data.fetch_headline(office, view)
        assert headline.row["sessions"] == 0

    with_office(warehouse_url, work)
