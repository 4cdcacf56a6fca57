"""The group commit, on a lake of its own: what shares an object, and what a failure does."""

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clickstream.errors import LakeError
from clickstream.ingest.collector.commit import GroupCommit
from clickstream.ingest.collector.counters import Counters
from clickstream.ingest.collector.settings import CollectorSettings
from clickstream.lake.folder import FolderLake

pytestmark = pytest.mark.unit
LINE = b'{"eventName":"a","pageTitle":"%b"}' % (b"x" * 1000)


class SlowLake(FolderLake):
    """A folder on a disk that takes its time, and that fails as it is told to."""

    seconds = 0.02
    failures: list[Exception]

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.failures = []

    def put(self, key: str, body: bytes) -> None:
        time.sleep(self.seconds)
        if self.failures:
            raise self.failures.pop()
        super().put(key, body)


@pytest.fixture
def lake(tmp_path: Path) -> SlowLake:
    return SlowLake(tmp_path / "lake")


@pytest.fixture
def make(tmp_path: Path, lake: SlowLake) -> Callable[..., GroupCommit]:
    """Makes a group commit on the running loop."""
    (tmp_path / "counters").touch()

    def make_one(**settings: Any) -> GroupCommit:
        return GroupCommit(
            lake,
            CollectorSettings(lake_url=lake.url, **settings),
            loop=asyncio.get_running_loop(),
            counters=Counters(str(tmp_path / "counters"), slots=2),
            clock=partial(datetime.now, UTC),
            new_uuid=uuid.uuid4,
        )

    return make_one


async def kept(commit: GroupCommit) -> None:
    """Returns once a line is durable. Raises `LakeError` where it could not be made so."""
    told: asyncio.Future[LakeError | None] = asyncio.get_running_loop().create_future()
    commit.add((LINE,), told.set_result)
    if error := await told:
        raise error


def test_a_lone_event_does_not_wait_for_the_interval(make: Callable[..., GroupCommit]) -> None:
    async def scenario() -> None:
        commit = make(commit_interval=60)
        await asyncio.wait_for(kept(commit), timeout=30)
        commit.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(LakeError("the disk is full", is_transient=True), id="told"),
        pytest.param(ValueError("what no lake should raise"), id="untold"),
    ],
)
def test_after_a_failure_the_next_group_is_written(
    make: Callable[..., GroupCommit], lake: SlowLake, failure: Exception
) -> None:
    async def scenario() -> None:
        commit = make(commit_interval=0.01)
        lake.failures.append(failure)
        with pytest.raises(LakeError, match=str(failure)):
            await kept(commit)
        await kept(commit)
        commit.close()

    asyncio.run(scenario())
    assert len(list(lake.list("events/"))) == 1


def test_what_waits_when_the_collector_ends_is_written(
    make: Callable[..., GroupCommit], lake: SlowLake
) -> None:
    async def scenario() -> None:
        commit = make(commit_interval=60)
        await kept(commit)
        late: list[LakeError | None] = []
        commit.add((LINE,), late.append)
        commit.close()
        assert not late

    asyncio.run(scenario())
    assert len(list(lake.list("events/"))) == 2
