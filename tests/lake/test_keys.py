from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from clickstream.lake import batch_key, event_key, hour_prefix, key_hour

pytestmark = pytest.mark.unit
ID = UUID("0191e7a4-0000-7000-8000-000000000001")


def test_objects_lie_under_the_utc_hour() -> None:
    hanoi = timezone(timedelta(hours=7))
    instant = datetime(2026, 2, 1, 6, 59, tzinfo=hanoi)
    assert hour_prefix(instant) == "events/2026/01/31/23/"
    assert event_key(instant, ID) == f"events/2026/01/31/23/event-{ID}.json"
    assert batch_key(instant, ID) == f"events/2026/01/31/23/batch-{ID}.ndjson.gz"


def test_a_key_tells_its_hour() -> None:
    instant = datetime(2026, 1, 31, 23, 12, tzinfo=UTC)
    assert key_hour(batch_key(instant, ID)) == datetime(2026, 1, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "key",
    ["", "events/2026/01/31/", "events/2026/13/31/23/a", "events/2026/01/31/24/a", "x/events/"],
)
def test_another_key_has_no_hour(key: str) -> None:
    assert key_hour(key) is None
