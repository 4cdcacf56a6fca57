"""A history lies in the lake as if it had been received, and its truth adds up."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clickstream.contract import Rejected, canonical_action, check_event, decode_object
from clickstream.lake import key_hour, open_lake
from clickstream.simulate import write_history

pytestmark = pytest.mark.unit
SCENARIO = {
    "visitors": 400, "days": 12, "seed": 2, "end": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
}  # fmt: skip


def contents(lake) -> dict[str, bytes]:
    return dict(lake.get_many(found.key for found in lake.list("events/")))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    lake = open_lake(tmp_path_factory.mktemp("lake").as_uri())
    return lake, write_history(lake, **SCENARIO)


def test_objects_lie_under_the_hour_in_which_their_lines_were_received(written):
    lake, truth = written
    objects = contents(lake)
    assert len(objects) == truth.objects
    for key, body in objects.items():
        for line in gzip.decompress(body).splitlines():
            if b'"_ingest":' in line and line.endswith(b"}}"):
                received = datetime.fromisoformat(decode_object(line)["_ingest"]["receivedAt"])
                assert received.replace(minute=0, second=0, microsecond=0) == key_hour(key)


def test_writing_it_again_changes_nothing(written, tmp_path: Path):
    lake, truth = written
    before = contents(lake)
    assert write_history(lake, **SCENARIO) == truth
    assert contents(lake) == before
    elsewhere = open_lake(tmp_path.as_uri())
    write_history(elsewhere, **SCENARIO)
    assert contents(elsewhere) == before


def test_the_truth_is_what_the_lake_holds(written):
    lake, truth = written
    events: dict[str, dict] = {}
    lines = broken = duplicates = 0
    for body in contents(lake).values():
        for line in gzip.decompress(body).splitlines():
            lines += 1
            try:
                document = decode_object(line)
                check_event(document)
            except Rejected:
                broken += 1
                continue
            event_id = document.get("eventId") or document["_ingest"]["eventId"]
            duplicates += event_id in events
            events.setdefault(event_id, document)
    orders: dict[str, int] = {}
    purchases = 0
    for document in events.values():
        if canonical_action(document["eventName"]) == "purchase":
            purchases += 1
            orders[document["order"]["id"]] = document["order"]["value"]
    assert (lines, broken, duplicates) == (
        truth.lines, sum(truth.broken.values()), truth.duplicates,
    )  # fmt: skip
    assert len(events) == truth.events == lines - broken - duplicates
    assert truth.visitors == SCENARIO["visitors"]
    assert (len(orders), sum(orders.values())) == (truth.orders, truth.revenue["VND"])
    assert purchases - len(orders) == truth.repeated_purchases


def test_progress_is_told_up_to_the_end(tmp_path: Path):
    told: list[tuple[int, float]] = []
    truth = write_history(
        open_lake(tmp_path.as_uri()),
        **SCENARIO,
        on_progress=lambda lines, share: told.append((lines, share)),
    )
    assert told == sorted(told)
    assert told[-1][0] == truth.lines
    assert 0.9 < told[-1][1] <= 1
