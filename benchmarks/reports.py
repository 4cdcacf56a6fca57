"""How long each report takes in a large warehouse, on its defaults and under a filter.

Simulated history is loaded by the ETL and then multiplied to the size asked for (multiply.py), so
that 10 million events stand in minutes; with ``--folder`` they are kept there for the next time.
Each report runs several times on one connection of the reader's role, with the warehouse warm;
shown, in milliseconds, is the slowest of twenty (the 95th percentile), or of as many as were run.
"""

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.loads import EVENTS_A_VISITOR, SEED, etl
from benchmarks.multiply import multiply
from clickstream.analytics import KINDS, ReportOptions, keep_results, run_report
from clickstream.analytics.fields import PROPERTY
from clickstream.errors import ReportError
from clickstream.lake import open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.connect import READER_SECONDS, connect
from clickstream.warehouse.details import refresh
from clickstream.warehouse.server import EmbeddedServer

END: Final = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOW: Final = END - dt.timedelta(minutes=1)
LOADED: Final = 600_000
"""Events that the ETL loads; the rest are their copies."""
FILTERS: Final = (
    "", "channel=Email", "device=mobile", "hostname=shop.example", "login=logged_in",
    "visitor_type=new", "segment=browser", "product_id=SBW-ACC-1103", "brand=Apple",
    "category=Laptop", "page=/laptop", "event_name=product_view", "properties.method=cognito",
)  # fmt: skip
"""No filter, the named dimensions, and a property."""
WITHIN: Final = 0.2
WITHIN_NAMED: Final = 1.0
WITHIN_PROPERTY: Final = 5.0
WITHIN_KEPT: Final = 2.0
"""Seconds wanted: on the defaults, with a filter on a named dimension, on any property, and of
``COMPUTED`` reports."""
COMPUTED: Final = ("attribution", "value", "segments")
LONGEST: Final = dt.timedelta(hours=1)
SETTINGS: Final = {
    "shared_buffers": "2GB",
    "effective_cache_size": "12GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
}
"""A warehouse's own machine of 16 GB, as docs/reliability.md has it."""


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, help="keep the warehouse here; use what is there")
    options.add_argument("--report", action="append", choices=KINDS, help="these alone")
    options.add_argument("--filter", action="append", choices=FILTERS, help="these alone")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="clickstream-bench-") as name:
        folder = chosen.folder or Path(name)
        is_new = not (folder / "lake").exists()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the server runs as another user where we are root
        with EmbeddedServer(folder, options=SETTINGS) as server:
            if is_new:
                load(folder, events=chosen.events, days=chosen.days)
                fill(server.url, max(1, round(chosen.events / LOADED)))
            with connect(server.url, role="clickstream_etl") as connection:
                look_after(connection)
            with connect(server.url, role="clickstream_reader") as connection:
                show(
                    connection,
                    names=chosen.report or tuple(KINDS),
                    filters=chosen.filter or FILTERS,
                    rounds=chosen.rounds,
                )


def load(folder: Path, *, events: int, days: int) -> None:
    """Simulate the history, of no more events than are asked for, and let the ETL load it."""
    lake = open_lake((folder / "lake").as_uri())
    visitors = min(events, LOADED) // EVENTS_A_VISITOR
    write_history(lake, visitors=visitors, days=days, seed=SEED, end=END)
    etl(folder, lake=folder / "lake")


def fill(url: str, times: int) -> None:
    """Multiply what is loaded; a lost commit would only lose the benchmark."""
    with connect(url, autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        multiply(connection, times)


def look_after(connection: psycopg.Connection) -> None:
    """Do what the ETL does for reports after a load, and say how long it took."""
    connection.execute("set synchronous_commit = off")
    connection.commit()
    began = time.perf_counter()
    refresh(connection, at_most=LONGEST)
    with connection.transaction():
        connection.execute("update data_version set rest_until = null")
    derived = time.perf_counter()
    number = keep_results(connection, ReportOptions(now=NOW), at_most=LONGEST)
    kept = time.perf_counter()
    print(f"details of all sessions {derived - began:,.0f} s;", end=" ")
    print(f"rows of {number} default queries kept in {kept - derived:,.0f} s")


def show(
    connection: psycopg.Connection, *, names: Sequence[str], filters: Sequence[str], rounds: int
) -> None:
    """A line a report: milliseconds on its defaults and under filters; ``!``: more than wanted."""
    size = connection.execute(
        "select (select count(*) from events), (select count(*) from sessions)"
    ).fetchone()
    connection.rollback()
    print("{:,} events, {:,} sessions".format(*(size or (0, 0))))
    print(f"{'report':>12}" + "".join(f"{_head(text):>11}" for text in filters))
    over = 0
    for name in names:
        print(f"{name:>12}", end="")
        for text in filters:
            seconds = slowest(connection, name, text, rounds=rounds)
            is_over = seconds is not None and seconds > wanted(name, text)
            over += is_over
            shown = "-" if seconds is None else f"{seconds * 1000:,.0f}"
            print(f"{shown:>10}{'!' if is_over else ' '}", end="", flush=True)
        print()
    print(f"{over} are over what is wanted")


def wanted(name: str, text: str) -> float:
    """In how many seconds a report is to be answered under a filter."""
    if not text:
        return WITHIN_KEPT if name in COMPUTED else WITHIN
    if text.startswith(PROPERTY):
        return WITHIN_PROPERTY
    return WITHIN_KEPT if name in COMPUTED else WITHIN_NAMED


def slowest(connection: psycopg.Connection, name: str, text: str, *, rounds: int) -> float | None:
    """Seconds of the slowest run but for the first, which warms the caches; None: cannot be asked.

    A statement that is ended for taking too long counts as the 30 seconds that it may take.
    """
    times = []
    for _round in range(rounds + 1):
        began = time.perf_counter()
        try:
            run_report(connection, name, ReportOptions(now=NOW, filters=(text,) if text else ()))
        except ReportError:
            return None
        except psycopg.errors.QueryCanceled:
            return READER_SECONDS
        finally:
            connection.rollback()
        times.append(time.perf_counter() - began)
    return max(times[1:])


def _head(text: str) -> str:
    return text.partition("=")[0].removeprefix(PROPERTY) or "defaults"


if __name__ == "__main__":
    main()
