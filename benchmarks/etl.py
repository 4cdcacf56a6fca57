"""How fast the lake becomes tables, against PostgreSQL's own limit, and what a batch costs.

- **Throughput.** `clickstream etl` on simulated history, against a raw binary COPY of the very same
  rows into a logged table without an index: the ratio says what sessions, orders, aggregates and
  indexes cost. Peak memory is that of the ETL process.
- **A batch.** 10,000 new events of known and new visitors, loaded into a small and a large
  warehouse: the ratio says whether the cost follows the batch or the warehouse.
"""

import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from clickstream.etl import Rules
from clickstream.etl.rows import EVENT_COLUMNS, ITEM_COLUMNS
from clickstream.etl.slice import Slice
from clickstream.lake import EVENTS, batch_key, open_lake
from clickstream.simulate import simulate, write_history
from clickstream.warehouse.connect import connect
from clickstream.warehouse.load import Loader
from clickstream.warehouse.server import EmbeddedServer

END = datetime(2026, 3, 1, tzinfo=UTC)
SEED = 7
BATCH = 10_000
EVENTS_A_VISITOR = 21
"""About as many as a simulated visitor leaves in a month."""
COPIED = 200_000
"""Rows of the raw COPY that the load is measured against."""


def main() -> None:
    """Print the table. Sizes are in events."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", type=int, default=500_000)
    options.add_argument("--large", type=int, default=5_000_000)
    options.add_argument("--batches", type=int, default=5)
    chosen = options.parse_args()
    small = measure(chosen.small, chosen.batches)
    show(small)
    if chosen.large > chosen.small:
        large = measure(chosen.large, chosen.batches)
        show(large)
        growth = large["batch_seconds"] / small["batch_seconds"]
        print(f"a batch costs {growth:.2f} times as much in {large['events']:,} events")


def measure(events: int, batches: int) -> dict[str, float]:
    """Fill a warehouse with about `events` events, then load batches one by one."""
    with tempfile.TemporaryDirectory(prefix="clickstream-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as another user where we are root
        history = folder / "lake"
        lake = open_lake(history.as_uri())
        truth = write_history(
            lake, visitors=events // EVENTS_A_VISITOR, days=30, seed=SEED, end=END
        )
        with EmbeddedServer(folder) as server:
            etl(folder)  # makes the schema where the lake is still out of sight
            seconds, counts = etl(folder, lake=history)
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            copied = raw_copy(server.url, history)
            times = [load_batch(folder, history, number) for number in range(batches)]
        return {
            "lines": truth.lines,
            "events": counts["events"],
            "per_second": counts["events"] / seconds,
            "copy_per_second": copied,
            "memory_mb": memory,
            "batch_seconds": statistics.median(times),
        }


def etl(folder: Path, lake: Path | None = None) -> tuple[float, dict[str, float]]:
    """Run the command; its own seconds and counts, without the start of Python."""
    environment = os.environ | {
        "CLICKSTREAM_DATA_DIR": str(folder),
        "CLICKSTREAM_LAKE_URL": (lake or folder / "empty").as_uri(),
    }
    command = [str(Path(sys.executable).with_name("clickstream")), "etl", "--format", "json"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    facts = answer["rows"][0] if "rows" in answer else answer
    return float(facts["seconds"]), facts


def raw_copy(url: str, history: Path) -> float:
    """Rows a second of a binary COPY of the same rows into a logged table, median of three."""
    lake = open_lake(history.as_uri())
    with connect(url) as connection:
        connection.autocommit = True
        loader = Loader(connection, timezone="UTC")
        loader.prepare()
        part = Slice(
            loader.encoder("stage", EVENT_COLUMNS), loader.encoder("stage_items", ITEM_COLUMNS)
        )
        with part.events, part.items:
            for key, body in lake.get_many(one.key for one in lake.list(EVENTS)):
                part.take(key, body if isinstance(body, bytes) else b"", Rules())
                if part.is_full(COPIED):
                    break
        rates, encoded = [], tuple(part.events.chunks)
        for _round in range(3):
            part.events.chunks.clear()
            part.events.chunks.extend(encoded)
            connection.execute("create table copied (like stage)")
            began = time.perf_counter()
            loader.stage("copied", EVENT_COLUMNS, part.events)
            rates.append(part.tally.lines / (time.perf_counter() - began))
            connection.execute("drop table copied")
    return statistics.median(rates)


def load_batch(folder: Path, history: Path, number: int) -> float:
    """Seconds that the load of one batch of new events takes."""
    day = END + timedelta(days=number + 1)
    received = simulate(visitors=BATCH // 10, days=1, seed=SEED, end=day)
    lines = [one.line for one in islice(received, BATCH)]
    key = batch_key(day, UUID(int=number))
    open_lake(history.as_uri()).put(key, gzip.compress(b"\n".join(lines), 1))
    return etl(folder, lake=history)[0]


def show(measured: dict[str, float]) -> None:
    """One size of warehouse, in lines."""
    ratio = measured["per_second"] / measured["copy_per_second"]
    print(f"{measured['events']:>12,} events in the warehouse")
    print(f"{measured['per_second']:>12,.0f} events a second from the lake to finished tables")
    print(
        f"{measured['copy_per_second']:>12,.0f} rows a second by raw binary COPY: ratio {ratio:.3f}"
    )
    print(f"{measured['memory_mb']:>12,.0f} MB of memory at most in the ETL process")
    print(f"{measured['batch_seconds']:>12.2f} s for a batch of {BATCH:,}")


if __name__ == "__main__":
    main()
