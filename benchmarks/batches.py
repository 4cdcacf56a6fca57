"""What arrives after the history: batches of new events, some of them late, and single events."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks.loads import END, EVENTS_A_VISITOR, SEED
from clickstream.lake import EVENTS, Lake, batch_key, event_key, hour_prefix
from clickstream.simulate import simulate

BATCH: Final = 10_000
_VISITORS: Final = 1_500
"""Of a batch's day, enough for its events; a large history has them too."""
_LATER: Final = timedelta(minutes=1)
_STRIDE: Final = 97
"""Lines between the events of an object that come again, so that they are of several visitors."""


def put_batch(lake: Lake, number: int, *, late: int = 0) -> None:
    """Put the batch of the number-th day after the history, with so many late events in it."""
    day = END + timedelta(days=number + 1)
    received = simulate(visitors=_VISITORS, days=1, seed=SEED, end=day)
    lines = [one.line for one in islice(received, BATCH - late)]
    lines += late_events(lake, number, count=late, received_at=day)
    if len(lines) != BATCH:
        raise SystemExit(f"{len(lines)} events came together for a batch of {BATCH}")
    lake.put(batch_key(day, UUID(int=number)), gzip.compress(b"\n".join(lines), 1))


def late_events(lake: Lake, number: int, *, count: int, received_at: datetime) -> Iterator[bytes]:
    """Events received now that happened one to six days ago, amid visits that were loaded then.

    Each is a stored event again, a minute later and under an id of its own. (What is said to have
    waited for a week or more is taken for as old as its receipt, so that it would not be late.)
    """
    first, last = (hour_prefix(received_at - timedelta(days=days)) for days in (5, 1))
    keys = [one.key for one in lake.list(EVENTS, after=first) if one.key < last]
    for place in range(count):
        stored = _event(lake.get(keys[place * len(keys) // count]), _STRIDE * place + number)
        yield _again(stored, f"late-{number}-{place}", received_at)


def write_files(folder: Path, count: int) -> int:
    """Write objects of one event each into a folder lake; how many they are.

    Straight into their places: a sync for each of a million files is the collector's burden.
    """
    visitors = 2 * count // EVENTS_A_VISITOR + 100
    written = 0
    for one in islice(simulate(visitors=visitors, days=30, seed=SEED, end=END), count):
        path = folder / event_key(one.received_at, UUID(int=written))
        try:
            path.write_bytes(one.line)
        except FileNotFoundError:
            path.parent.mkdir(parents=True)
            path.write_bytes(one.line)
        written += 1
    return written


def _event(body: bytes, number: int) -> dict[str, Any]:
    """The number-th event of an object, or the next good one that says who did it and when."""
    lines = gzip.decompress(body).splitlines()
    for place in range(len(lines)):
        event = _read(lines[(number + place) % len(lines)])
        if event.keys() >= {"clientId", "eventTimestamp", "_ingest"}:
            return event
    raise SystemExit("an object of the history holds no event of a known visitor")


def _read(line: bytes) -> dict[str, Any]:
    """An event of the lake; nothing where the line is one of the broken ones."""
    try:
        event: dict[str, Any] = json.loads(line)
        datetime.fromisoformat(event["eventTimestamp"])
    except (ValueError, KeyError, TypeError):
        return {}
    return event


def _again(event: dict[str, Any], event_id: str, received_at: datetime) -> bytes:
    happened = datetime.fromisoformat(event["eventTimestamp"]) + _LATER
    received = received_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps(
        event
        | {
            "eventId": event_id,
            "eventTimestamp": happened.isoformat().replace("+00:00", "Z"),
            "sentAt": received,
            "_ingest": event["_ingest"] | {"receivedAt": received},
        }
    ).encode()
