"""How fast the lake becomes tables, against PostgreSQL's own limit, and what a batch costs.

- **Throughput.** `clickstream etl` on simulated history, against a raw binary COPY of the very same
  rows into a logged table without an index: the ratio says what sessions, orders, aggregates and
  indexes cost.
- **Growth.** Batches of 10,000 events of known and new visitors, loaded in turns into a small and a
  large warehouse: the ratio says whether the cost follows the batch or the warehouse. Both are
  loaded with the same base, and multiplied to their sizes (multiply.py).
- **`--late`**: batches of which one event in a hundred happened days ago, amid visits that are in
  the warehouse, in turns with batches without.
- **`--files N`**: N objects of one event each, found, read and loaded.

Peak memory is that of the ETL's process. Each ratio has its goal beside it. The server is the
wheel's, as on a machine without PostgreSQL, unless `--server system` asks for the other.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from benchmarks.batches import BATCH, put_batch, write_files
from benchmarks.loads import END, EVENTS_A_VISITOR, SEED, Load, etl
from benchmarks.multiply import multiply
from clickstream.etl import Rules
from clickstream.etl.rows import EVENT_COLUMNS, ITEM_COLUMNS
from clickstream.etl.slice import Slice
from clickstream.lake import EVENTS, open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.binaries import Source, discover
from clickstream.warehouse.connect import connect
from clickstream.warehouse.load import Loader
from clickstream.warehouse.server import EmbeddedServer

COPIED: Final = 200_000
"""Rows of the raw COPY that the load is measured against."""
LATE: Final = BATCH // 100
FILLING: Final = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "synchronous_commit": "off",
}
"""How the server runs while a warehouse is multiplied; it is measured with its own settings."""


@dataclass(frozen=True)
class Warehouse:
    """One that stands, with the embedded server's own settings."""

    folder: Path
    url: str
    base: Load
    """The load of its base."""


def main() -> None:
    """Print what was asked for: throughput and growth, unless others are named."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--base", type=int, default=500_000, help="events that the ETL loads")
    options.add_argument("--small", type=int, default=500_000, help="events of a warehouse")
    options.add_argument("--large", type=int, default=5_000_000, help="events of another")
    options.add_argument("--batches", type=int, default=7, help="of each kind, after a first one")
    options.add_argument("--late", action="store_true", help="only batches with late events")
    options.add_argument("--files", type=int, metavar="N", help="only N objects of one event each")
    options.add_argument(
        "--server", choices=get_args(Source), default="wheel", help="whose programs"
    )
    chosen = options.parse_args()
    source: Source = chosen.server
    print(f"{discover(source).version:>12} is the version of PostgreSQL, from the {source}")
    base = min(chosen.base, chosen.small)
    if chosen.late:
        measure_late(source, base, chosen.small, chosen.batches)
    if chosen.files:
        measure_files(source, chosen.files)
    if not (chosen.late or chosen.files):
        sizes = [chosen.small, chosen.large] if chosen.large > chosen.small else [chosen.small]
        measure_growth(source, base, sizes, chosen.batches)


def measure_growth(source: Source, base: int, sizes: list[int], batches: int) -> None:
    """Throughput of the base's load, then batches in turns into a small and a large warehouse."""
    with history(base) as lake, ExitStack() as standing:
        warehouses = [standing.enter_context(warehouse(source, lake, size)) for size in sizes]
        show_throughput(warehouses[0], lake)
        rounds = []
        for number in range(batches + 1):
            put_batch(open_lake(lake.as_uri()), number)
            turns = warehouses if number % 2 else warehouses[::-1]
            seconds = {one.folder: etl(one.folder, lake).seconds for one in turns}
            rounds.append([seconds[one.folder] for one in warehouses])
        for place, one in enumerate(warehouses):
            size = f"{count_events(one):,} events"
            print(f"{median(rounds, place):>12.2f} s for a batch of {BATCH:,} into {size}")
        if len(warehouses) > 1:
            ratio("a batch into the larger warehouse, of its cost in the smaller", rounds, goal=1.2)


def measure_late(source: Source, base: int, size: int, batches: int) -> None:
    """Batches with and without late events, in turns, into one warehouse."""
    with history(base) as lake, warehouse(source, lake, size) as one:
        rounds = []
        for number in range(batches + 1):
            seconds = []
            for late in (0, LATE):
                put_batch(open_lake(lake.as_uri()), 2 * number + bool(late), late=late)
                seconds.append(etl(one.folder, lake).seconds)
            rounds.append(seconds)
        print(f"{count_events(one):>12,} events in the warehouse")
        print(f"{median(rounds, 0):>12.2f} s for a batch of {BATCH:,}")
        print(f"{median(rounds, 1):>12.2f} s for one with {LATE} late events")
        ratio("a batch with late events, of its cost without", rounds, goal=1.5)


def measure_files(source: Source, count: int) -> None:
    """Objects of one event each, from a folder to tables."""
    with data_folder() as folder, EmbeddedServer(folder, prefer=source):
        etl(folder)  # makes the schema where the lake is still out of sight
        files = write_files(folder / "lake", count)
        load = etl(folder, folder / "lake")
    print(f"{files:>12,} objects of one event: {load.seconds:,.0f} s")
    print(f"{load.per_second:>12,.0f} events a second from the lake to finished tables")
    show_memory(load)


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="clickstream-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as another user where we are root
        yield folder


@contextmanager
def history(events: int) -> Iterator[Path]:
    """A lake with about so many events of thirty days."""
    with data_folder() as folder:
        visitors = events // EVENTS_A_VISITOR
        lake = open_lake(folder.as_uri())
        write_history(lake, visitors=visitors, days=30, seed=SEED, end=END)
        yield folder


@contextmanager
def warehouse(source: Source, lake: Path, events: int) -> Iterator[Warehouse]:
    """A warehouse into which the lake was loaded, multiplied to about so many events."""
    with data_folder() as folder:
        with EmbeddedServer(folder, prefer=source):
            etl(folder)  # makes the schema where the lake is still out of sight
            base = etl(folder, lake)
        times = round(events / base.events)
        if times > 1:
            with (
                EmbeddedServer(folder, prefer=source, options=FILLING) as server,
                connect(server.url, autocommit=True) as connection,
            ):
                multiply(connection, times)
        with EmbeddedServer(folder, prefer=source) as server:
            yield Warehouse(folder, server.url, base)


def show_throughput(one: Warehouse, lake: Path) -> None:
    """The load of a warehouse's base, against a raw COPY of its rows."""
    copied = raw_copy(one.url, lake)
    print(f"{one.base.events:>12,} events loaded in {one.base.seconds:,.0f} s")
    print(f"{one.base.per_second:>12,.0f} events a second from the lake to finished tables")
    print(f"{copied:>12,.0f} rows a second by raw binary COPY")
    print(f"{one.base.per_second / copied:>12.3f} of a raw COPY's rate (goal: 0.15 at least)")
    show_memory(one.base)


def show_memory(load: Load) -> None:
    """The ETL's memory."""
    print(f"{load.memory_mb:>12,.0f} MB of memory at most in the ETL's process (goal: under 400)")


def raw_copy(url: str, history: Path) -> float:
    """Rows a second of a binary COPY of the same rows into a logged table, median of three."""
    lake = open_lake(history.as_uri())
    with connect(url) as connection:
        connection.autocommit = True
        loader = Loader(connection, timezone="UTC")
        loader.prepare()
        events = loader.encoder("stage", EVENT_COLUMNS)
        items = loader.encoder("stage_items", ITEM_COLUMNS)
        part = Slice(events.write_row, items.write_row)
        with events:
            for key, body in lake.get_many(one.key for one in lake.list(EVENTS)):
                part.take(key, body if isinstance(body, bytes) else b"", Rules())
                if part.is_full(COPIED):
                    break
        rates = []
        for _round in range(3):
            connection.execute("create table copied (like stage)")
            began = time.perf_counter()
            loader.stage("copied", EVENT_COLUMNS, events)
            rates.append(part.tally.lines / (time.perf_counter() - began))
            connection.execute("drop table copied")
    return statistics.median(rates)


def count_events(one: Warehouse) -> int:
    """The events in a warehouse."""
    with connect(one.url) as connection:
        row = connection.execute("select count(*) from events").fetchone()
    return int(row[0]) if row else 0


def median(rounds: list[list[float]], place: int) -> float:
    """Seconds of one kind of turn; the first round only warms the caches."""
    return statistics.median(seconds[place] for seconds in rounds[1:])


def ratio(what: str, rounds: list[list[float]], *, goal: float) -> None:
    """The second turn of a round against its first, the median and the bounds of all rounds."""
    ratios = sorted(second / first for first, second in rounds[1:])
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    middle = statistics.median(ratios)
    print(f"{middle:>12.2f} times: {what} ({spread}; goal: {goal} at most)")


if __name__ == "__main__":
    main()
