"""How long each report takes in a large warehouse, on its defaults and under a filter.

Simulated history is loaded by the ETL and then multiplied to the size asked for (multiply.py), so
that 10 million events stand in minutes. Each report runs several times on one connection of the
reader's role, with the warehouse warm; shown is the slowest of twenty (the 95th percentile), or of
as many as were run.
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
from clickstream.lake import open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.connect import connect
from clickstream.warehouse.details import refresh
from clickstream.warehouse.server import EmbeddedServer

END: Final = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOW: Final = END - dt.timedelta(minutes=1)
LOADED: Final = 600_000
"""Events that the ETL loads; the rest are their copies."""
FILTERS: Final = ((), ("channel=Email",), ("device=mobile",), ("properties.plan=gold",))
GOALS: Final = (0.2, 1.0, 1.0, 5.0)
"""Seconds wanted: on the defaults, with a filter on a named dimension, and on any property."""
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
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="clickstream-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as another user where we are root
        lake = open_lake((folder / "lake").as_uri())
        visitors = LOADED // EVENTS_A_VISITOR
        write_history(lake, visitors=visitors, days=chosen.days, seed=SEED, end=END)
        with EmbeddedServer(folder, options=SETTINGS) as server:
            etl(folder, lake=folder / "lake")
            fill(server.url, max(1, round(chosen.events / LOADED)))
            with connect(server.url, role="clickstream_etl") as connection:
                look_after(connection)
            with connect(server.url, role="clickstream_reader") as connection:
                show(connection, rounds=chosen.rounds)


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
    derived = time.perf_counter()
    number = keep_results(connection, ReportOptions(now=NOW), at_most=LONGEST)
    kept = time.perf_counter()
    print(f"details of all sessions {derived - began:,.0f} s;", end=" ")
    print(f"rows of {number} default queries kept in {kept - derived:,.0f} s")


def show(connection: psycopg.Connection, *, rounds: int) -> None:
    """A line a report: milliseconds on its defaults and under each filter."""
    size = connection.execute(
        "select (select count(*) from events), (select count(*) from sessions)"
    ).fetchone()
    print("{:>14,} events, {:,} sessions".format(*(size or (0, 0))))
    print(f"{'report':>14}" + "".join(f"{' '.join(texts) or 'defaults':>24}" for texts in FILTERS))
    for name in KINDS:
        cells = [slowest(connection, name, texts, rounds=rounds) for texts in FILTERS]
        marks = [
            f"{seconds * 1000:,.0f} ms {'' if seconds <= goal else '!'}"
            for seconds, goal in zip(cells, GOALS, strict=True)
        ]
        print(f"{name:>14}" + "".join(f"{mark:>24}" for mark in marks), flush=True)


def slowest(
    connection: psycopg.Connection, name: str, filters: Sequence[str], *, rounds: int
) -> float:
    """Seconds of the slowest run but for the first, which warms the caches."""
    times = []
    for _round in range(rounds + 1):
        began = time.perf_counter()
        run_report(connection, name, ReportOptions(now=NOW, filters=tuple(filters)))
        connection.rollback()
        times.append(time.perf_counter() - began)
    return max(times[1:])


if __name__ == "__main__":
    main()
