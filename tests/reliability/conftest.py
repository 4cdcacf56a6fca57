"""A simulated lake, and what the warehouse makes of it when nothing goes wrong."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from clickstream.analytics import ReportOptions, run_report
from clickstream.etl import Options, Rules, RunReport, run
from clickstream.lake import Lake
from clickstream.simulate import write_history
from clickstream.warehouse.checksum import Checksum, checksum
from clickstream.warehouse.connect import connect
from clickstream.warehouse.exchange import DERIVED, LIVE

sys.path.append(str(Path(__file__).parent))  # s3_stub

END = datetime(2026, 3, 1, tzinfo=UTC)
Sums = dict[str, Checksum]
_numbers = count(1)


@pytest.fixture
def history() -> Callable[..., None]:
    """Writes some days of shoppers into a lake."""

    def write(lake: Lake, *, visitors: int = 250, days: int = 4, seed: int = 3) -> None:
        write_history(lake, visitors=visitors, days=days, seed=seed, end=END)

    return write


@pytest.fixture
def load() -> Callable[..., RunReport]:
    """Loads what is new in a lake."""

    def load(lake: Lake, connection: psycopg.Connection, **options: object) -> RunReport:
        return run(
            lake, connection, rules=Rules(), run_id=UUID(int=next(_numbers)), clock=lambda: END,
            options=Options(**options),  # type: ignore[arg-type]
        )  # fmt: skip

    return load


@pytest.fixture
def sums() -> Callable[[psycopg.Connection], Sums]:
    """The checksum of every table that the lake makes."""

    def sums(connection: psycopg.Connection) -> Sums:
        connection.execute("set enable_seqscan = on; set timezone = 'UTC'")
        found = {
            table: checksum(connection, LIVE, table, without=without)
            for table, without in DERIVED.items()
        }
        connection.commit()
        return found

    return sums


@pytest.fixture
def etl_connection(warehouse_url: str) -> Iterator[psycopg.Connection]:
    with connect(warehouse_url, role="clickstream_etl") as opened:
        yield opened


@pytest.fixture
def owner(warehouse_url: str) -> Iterator[psycopg.Connection]:
    with connect(warehouse_url, autocommit=True) as opened:
        yield opened


@pytest.fixture
def reading() -> Callable[[str], AbstractContextManager[list[float]]]:
    """Lets readers ask reports for the length of a block; it collects how long each took."""
    options = ReportOptions(now=END, from_=END.date() - timedelta(days=5), to=END.date())

    @contextmanager
    def reading(url: str) -> Iterator[list[float]]:
        stop, seconds, failures = threading.Event(), list[float](), list[Exception]()

        def read() -> None:
            try:
                with connect(url, role="clickstream_reader", autocommit=True) as reader:
                    while not stop.is_set():
                        started = time.monotonic()
                        run_report(reader, "overview", options)
                        seconds.append(time.monotonic() - started)
            except Exception as error:  # noqa: BLE001 - a thread's failure is told by the test
                failures.append(error)

        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield seconds
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert failures == []

    return reading
