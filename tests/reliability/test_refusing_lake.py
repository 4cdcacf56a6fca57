"""A lake that refuses: the run fails, the tables stay, the next run catches up."""

import os
from collections.abc import Iterator

import pytest
from s3_stub import Store, stub

from clickstream.errors import LakeError
from clickstream.lake import Lake, open_lake

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.one_server]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store behind `s3://lake`, in this process's environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with stub() as (store, url):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
        yield store


@pytest.fixture
def halves(tmp_lake: Lake, history) -> list[dict[str, bytes]]:
    """Some days of shoppers, as the objects that come first and those that come later."""
    history(tmp_lake)
    keys = [one.key for one in tmp_lake.list("events/")]
    middle = len(keys) // 2
    return [{key: tmp_lake.get(key) for key in half} for half in (keys[:middle], keys[middle:])]


@pytest.mark.parametrize(
    ("trouble", "only", "words"),
    [
        pytest.param("503", "", "cannot list", id="503 as it lists"),
        pytest.param("403", "", "check the credentials", id="access denied as it lists"),
        pytest.param("503", "event/", "cannot read", id="503 as it reads"),
        pytest.param("403", "event/", "check the credentials", id="access denied as it reads"),
        pytest.param("tear", "event/", "cannot read", id="half of an object"),
        pytest.param("stall", "event/", "cannot read", id="no answer"),
    ],
)
def test_a_run_fails_changes_nothing_and_the_next_catches_up(  # noqa: PLR0917 - fixtures
    s3: Store, halves, owner, load, sums, trouble: str, only: str, words: str
):
    lake = open_lake("s3://lake")
    s3.objects.update(halves[0])
    load(lake, owner)
    before = sums(owner)
    s3.objects.update(halves[1])
    victim = sorted(halves[1])[len(halves[1]) // 2]
    s3.trouble, s3.only = trouble, victim if only else ""
    with pytest.raises(LakeError, match=words):
        load(lake, owner, slice_events=1_000_000)
    assert sums(owner) == before
    status, error = owner.execute(
        "select status, error from etl_runs order by finished_at desc, status limit 1"
    ).fetchone()
    assert status == "failed"
    assert words in error
    s3.trouble = ""
    s3.released.set()
    load(lake, owner)
    after = sums(owner)
    assert after["etl_objects"].rows == len(halves[0]) + len(halves[1])
    assert after["events"].rows > before["events"].rows
    assert after["quarantine"] == before["quarantine"]
