"""The dashboard on its web server, over the warehouse that the settings name."""

import logging
from datetime import UTC, datetime

import psycopg
import uvicorn

from clickstream.analytics import read_saved
from clickstream.dashboard.app import create_app
from clickstream.dashboard.desk import LATE_AFTER
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.signing_in import sign_in
from clickstream.entrypoints.wiring import ready_warehouse
from clickstream.warehouse.connect import session_setup
from clickstream.warehouse.conninfo import secured

logger = logging.getLogger(__name__)
DRAIN_SECONDS = 3
"""Browsers keep their websockets open for as long as they may."""


def show(settings: Settings) -> None:
    """Serve the dashboard until SIGTERM or SIGINT."""
    with ready_warehouse(settings) as url:
        connection_string = secured(url)

        async def open_connection() -> psycopg.AsyncConnection:
            return await open_reader(connection_string)

        app = create_app(
            open_connection,
            clock=lambda: datetime.now(UTC).astimezone(settings.timezone),
            collector_url=settings.collector_url,
            allowed_origins=settings.dashboard_origins,
            saved=read_saved(settings.funnels, settings.segments, settings.report_filters),
            sign_in=sign_in(settings),
            late_after=max(LATE_AFTER, 4 * settings.etl_every),
        )
        config = uvicorn.Config(
            app,
            host=settings.dashboard_host,
            port=settings.dashboard_port,
            log_config=None,
            access_log=False,
            ws_per_message_deflate=False,  # many small messages: a quarter of the CPU of a change
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        logger.info("dashboard at %s", settings.dashboard_url)
        uvicorn.Server(config).run()


async def open_reader(connection_string: str) -> psycopg.AsyncConnection:
    """A reader's connection, in autocommit, its session set up."""
    connection = await psycopg.AsyncConnection.connect(
        connection_string, autocommit=True, application_name="clickstream dashboard"
    )
    try:
        await connection.execute(session_setup(role="clickstream_reader"))
    except psycopg.Error:
        await connection.close()
        raise
    return connection
