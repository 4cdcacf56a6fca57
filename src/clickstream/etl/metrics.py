"""What the ETL and the warehouse say of themselves, for Prometheus."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

import psycopg
from msgspec import Struct
from psycopg.rows import class_row

from clickstream.etl.discover import Discovery, new_keys
from clickstream.lake import Lake, hour_prefix

METRICS: Final = Path(__file__).with_suffix(".sql").read_bytes()
BACKLOG_HOURS: Final = timedelta(hours=2)
LARGEST_BACKLOG: Final = 100_000
"""Where counting ends; an alarm has gone off long before."""

Counts = Mapping[str, int]
Sample = tuple[str, str, str, Mapping[str, float]]
"""A metric's name, its type, what it is, and its values by their labels as written."""


class Measured(Struct, frozen=True):
    """One look at the books; instants are seconds since 1970, None where there is none yet."""

    last_run: float | None
    last_success: float | None
    last_duration: float | None
    last_failed: int | None
    runs: Counts | None
    events: int
    duplicates: int
    lines: int
    objects: int
    bytes: int
    rejected: Counts | None
    quarantined: Counts | None
    last_event: float | None
    stored_events: int
    stored_sessions: int
    size: int
    checks: Counts | None
    anomalies: int


def measure(connection: psycopg.Connection, *, now: datetime) -> Measured:
    """What the warehouse's books say now."""
    with connection.cursor(row_factory=class_row(Measured)) as cursor:
        row = cursor.execute(METRICS, {"now": now}).fetchone()
    if row is None:
        raise LookupError("a query without a condition gives a row")
    return row


def backlog(lake: Lake, connection: psycopg.Connection, *, now: datetime) -> int:
    """Objects of the last two hours that are not loaded."""
    discovery = Discovery("recent", hour_prefix(now - BACKLOG_HOURS))
    return sum(1 for _ in islice(new_keys(connection, lake, discovery), LARGEST_BACKLOG))


def samples(seen: Measured) -> Iterator[Sample]:
    """The metrics, in Prometheus's terms."""
    etl, warehouse = "clickstream_etl_", "clickstream_warehouse_"
    yield from _known(
        (f"{etl}last_run_timestamp_seconds", "When the last run began.", seen.last_run),
        (f"{etl}last_success_timestamp_seconds", "When a run last succeeded.", seen.last_success),
        (f"{etl}last_run_duration_seconds", "How long the last run took.", seen.last_duration),
        (f"{etl}last_run_failed", "Whether the last run failed: 1.", seen.last_failed),
        (f"{warehouse}last_event_timestamp_seconds", "The latest event's.", seen.last_event),
        (f"{warehouse}events", "Events in the warehouse.", seen.stored_events),
        (f"{warehouse}sessions", "Sessions in the warehouse.", seen.stored_sessions),
        (f"{warehouse}size_bytes", "The database's size.", seen.size),
        (f"{warehouse}anomalies_24h", "Anomalies found in 24 hours.", seen.anomalies),
    )
    yield _labelled(f"{etl}runs_total", "counter", "Runs that had work.", "status", seen.runs)
    for name, what, count in (
        ("events", "Events that were loaded, rebuilds included.", seen.events),
        ("duplicates", "Events left out for another of the same id.", seen.duplicates),
        ("lines", "Lines of the lake that were read.", seen.lines),
        ("objects", "Objects of the lake that were read.", seen.objects),
        ("read_bytes", "Bytes of those objects.", seen.bytes),
    ):
        yield f"{etl}{name}_total", "counter", what, {"": count}
    yield _labelled(
        f"{etl}rejected_total", "counter", "Lines refused, by reason.", "reason", seen.rejected
    )
    yield _labelled(
        "clickstream_quarantine_lines", "gauge", "Lines in quarantine.", "reason", seen.quarantined
    )
    yield _labelled(
        "clickstream_quality_checks", "gauge", "Checks of the last run.", "status", seen.checks
    )


def exposition(found: Iterator[Sample]) -> str:
    """The metrics in Prometheus's text format
    (https://prometheus.io/docs/instrumenting/exposition_formats/).
    """
    lines: list[str] = []
    for name, kind, what, values in found:
        lines += [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labels} {value!r}" for labels, value in values.items()]
    return "\n".join(lines) + "\n"


def gauge(name: str, what: str, value: float | None) -> Iterator[Sample]:
    """One gauge; none where there is no value."""
    if value is not None:
        yield name, "gauge", what, {"": value}


def _known(*gauges: tuple[str, str, float | None]) -> Iterator[Sample]:
    for one in gauges:
        yield from gauge(*one)


def _labelled(name: str, kind: str, what: str, label: str, counts: Counts | None) -> Sample:
    values = {f'{{{label}="{key}"}}': float(value) for key, value in sorted((counts or {}).items())}
    return name, kind, what, values
