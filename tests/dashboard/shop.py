"""A shop that is simulated, loaded by the ETL, and has names in it that mean harm."""

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import psycopg

from clickstream.etl import Rules, run
from clickstream.lake import open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.connect import connect, session_setup
from clickstream.warehouse.migrate import migrate

NOW = dt.datetime(2026, 11, 22, 15, 30, tzinfo=dt.UTC)
HOSTILE = '<img src=x onerror="window.hacked=1">{{7*7}}'
HARM = (
    "update events set event_name = %(name)s, page_title = %(name)s, page_path = %(name)s"
    " where session_id in (select session_id from sessions order by session_id limit 60)"
    " and action is distinct from 'page_view'",
    "update events set page_path = %(name)s where session_id in"
    " (select session_id from sessions order by session_id limit 30)",
    "update sessions set source = %(name)s, campaign = %(name)s, entry_page_path = %(name)s,"
    " country = %(name)s where session_id in"
    " (select session_id from sessions order by session_id limit 60)",
    "update sessions set user_id = %(name)s || session_id where session_id in"
    " (select session_id from orders limit 12)",
    "update orders set coupon = %(name)s, order_id = %(name)s || order_id"
    " where order_id in (select order_id from orders order by ordered_at desc limit 5)",
    "update event_items set product_name = %(name)s where product_id like '%%a%%'",
    "update events set properties = jsonb_build_object(%(name)s::text, %(name)s::text)",
    "update quarantine set message = %(name)s",
    "insert into anomalies values ('visitors', '', '', 'day', '2026-11-18T00:00Z', 9, 40, 30, 50,"
    " 4.2, '2026-11-19T00:00Z'), ('sessions', 'channel', %(name)s, 'day', '2026-11-18T00:00Z', 9,"
    " 40, 30, 50, 4.2, '2026-11-19T00:00Z')",
    "insert into watched_periods"
    " select 'visitors', '', '', 'day', day, 40, 40, 38, 33, 45, 0.1 * (day > '2026-11-11')::int,"
    " day from"
    " generate_series(timestamptz '2026-11-09T00:00Z', '2026-11-21T00:00Z', '1 day') as day",
    "update anomalies set explained_by = 'channel', explained_value = %(name)s,"
    " explained_share = 0.63 where metric = 'visitors'",
    "insert into shop_orders select order_id || case row_number when 1 then '-other' else '' end,"
    " ordered_at, value + case row_number when 2 then 1000 else 0 end, currency, %(name)s,"
    " ordered_at from"
    " (select *, row_number() over (order by ordered_at desc) as row_number from orders"
    " where not is_bot and not is_internal) as numbered",
    "insert into quality_results select run_id, %(name)s, started_at, 'failed', 3, '0', %(name)s"
    " from etl_runs limit 1",
)


def fill(url: str, folder: Path) -> None:
    """A fortnight of 400 visitors in an empty database, some of their names being markup."""
    lake = open_lake(f"file://{folder}/lake")
    write_history(lake, visitors=400, days=14, seed=3, end=NOW)
    with connect(url) as connection:
        migrate(connection)
        run(lake, connection, rules=Rules(), run_id=UUID(int=1), clock=lambda: NOW)
        for statement in HARM:
            connection.execute(statement, {"name": HOSTILE})
        connection.commit()


def opening(url: str) -> Callable[[], Awaitable[psycopg.AsyncConnection]]:
    """How a dashboard connects to it: as the reader, in autocommit."""

    async def open_connection() -> psycopg.AsyncConnection:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        await connection.execute(session_setup(role="clickstream_reader"))
        return connection

    return open_connection
