"""Token buckets in a table of fixed size."""

from pathlib import Path

import pytest

from clickstream.ingest.collector.limiter import TABLE_BYTES, RateLimiter, whole_seconds

pytestmark = pytest.mark.unit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "buckets"
    path.touch()
    return path


def limiter(table: Path, clock: Clock, *, per_second: float = 2, burst: float = 4) -> RateLimiter:
    return RateLimiter(
        str(table), per_second=per_second, burst=burst, secret=b"secret", clock=clock
    )


def test_a_full_bucket_empties_and_fills_again(table: Path, clock: Clock) -> None:
    buckets = limiter(table, clock)
    assert [buckets.take("a") for _ in range(4)] == [0] * 4
    assert buckets.take("a") == pytest.approx(0.5)
    assert buckets.take("b") == 0
    clock.now += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    clock.now += 3600
    assert [buckets.take("a") for _ in range(4)] == [0] * 4  # never more than the burst
    assert buckets.take("a") > 0


def test_being_refused_costs_nothing(table: Path, clock: Clock) -> None:
    buckets = limiter(table, clock)
    for _ in range(1000):
        buckets.take("a")
    clock.now += 0.5
    assert buckets.take("a") == 0


def test_what_an_array_brought_is_waited_for(table: Path, clock: Clock) -> None:
    buckets = limiter(table, clock)
    assert buckets.take("a") == 0
    buckets.charge("a", 499)
    assert buckets.take("a") == pytest.approx((500 + 1 - 4) / 2)
    clock.now += 249
    assert buckets.take("a") == 0


def test_workers_share_their_buckets(table: Path, clock: Clock) -> None:
    one, other = limiter(table, clock), limiter(table, clock)
    taken = [worker.take("a") == 0 for worker in (one, other, one, other, one, other)]
    assert taken == [True] * 4 + [False] * 2


def test_a_flood_of_addresses_takes_no_more_room_and_frees_no_flooder(
    table: Path, clock: Clock
) -> None:
    buckets = limiter(table, clock, per_second=1, burst=10)
    for _ in range(10):
        buckets.take("flooder")
    for number in range(200_000):
        assert buckets.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}") == 0
    assert table.stat().st_size == TABLE_BYTES
    assert buckets.take("flooder") > 0


@pytest.mark.parametrize(
    ("seconds", "told"), [pytest.param(0.01, 1, id="soon"), pytest.param(2.1, 3, id="later")]
)
def test_a_wait_is_told_in_whole_seconds(seconds: float, told: int) -> None:
    assert whole_seconds(seconds) == told
