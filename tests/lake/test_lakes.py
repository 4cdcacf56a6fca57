"""What a folder and S3 have to do alike."""

from pathlib import Path
from uuid import uuid4

import pytest

from clickstream.errors import LakeError
from clickstream.lake import Lake, LakeObject, open_lake


@pytest.fixture(params=[pytest.param("folder", marks=pytest.mark.unit), "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    if request.param == "folder":
        return open_lake((tmp_path / "a lake with spaces").as_uri())
    return open_lake(request.getfixturevalue("s3_url"))


def test_what_was_put_can_be_read(lake: Lake) -> None:
    lake.put("events/2026/01/31/23/event-a.json", b"{}\x00\xff")
    assert lake.get("events/2026/01/31/23/event-a.json") == b"{}\x00\xff"


def test_an_empty_object_stays_one(lake: Lake) -> None:
    lake.put("events/empty", b"")
    assert lake.get("events/empty") == b""
    assert list(lake.list()) == [LakeObject("events/empty", 0)]


def test_a_put_replaces_what_was_there(lake: Lake) -> None:
    lake.put("a/b", b"first, and longer")
    lake.put("a/b", b"second")
    assert lake.get("a/b") == b"second"


def test_create_leaves_what_exists(lake: Lake) -> None:
    assert lake.create("a/b", b"first") is True
    assert lake.create("a/b", b"second") is False
    assert lake.get("a/b") == b"first"
    assert list(lake.list()) == [LakeObject("a/b", 5)]


def test_the_url_opens_the_same_lake(lake: Lake) -> None:
    lake.put("a/b", b"1")
    assert open_lake(lake.url).get("a/b") == b"1"


def test_a_list_has_every_object_below_a_folder_sorted_by_key(lake: Lake) -> None:
    keys = ["a/b/c", "a/b0/d", "ab/c", "a/b/é", "a/b/Z", "a/b/10", "a/b/9"]
    for key in keys:
        lake.put(key, key.encode())
    below = sorted((key for key in keys if key.startswith("a/")), key=str.encode)
    assert [entry.key for entry in lake.list("a/")] == below
    assert [entry.key for entry in lake.list("a")] == below
    assert [entry.key for entry in lake.list("a/b")] == [
        "a/b/10", "a/b/9", "a/b/Z", "a/b/c", "a/b/é",
    ]  # fmt: skip
    assert [entry.key for entry in lake.list()] == sorted(keys, key=str.encode)
    assert all(entry.size == len(entry.key.encode()) for entry in lake.list())


def test_a_list_does_not_end_at_a_thousand(lake: Lake) -> None:
    keys = [f"events/{number:04}" for number in range(1100)]
    for key in keys:
        lake.put(key, b"x")
    assert [entry.key for entry in lake.list("events")] == keys


def test_a_list_of_nothing_is_empty(lake: Lake) -> None:
    assert list(lake.list()) == []
    assert list(lake.list("events/2026/")) == []


def test_many_are_read_in_the_order_asked_and_failures_stand_in_their_place(lake: Lake) -> None:
    present = [f"a/{number}" for number in range(150)]
    for key in present:
        lake.put(key, key.encode())
    asked = [*reversed(present), "a/missing", "a/0"]
    read = list(lake.get_many(iter(asked)))
    assert [key for key, _ in read] == asked
    assert [body for key, body in read if key != "a/missing"] == [
        key.encode() for key in asked if key != "a/missing"
    ]
    failure = dict(read)["a/missing"]
    assert isinstance(failure, LakeError)
    assert failure.key == "a/missing"


def test_reading_many_may_stop_early(lake: Lake) -> None:
    lake.put("a", b"1")
    reading = lake.get_many(["a"] * 1000)
    assert next(reading) == ("a", b"1")


def test_reading_what_is_missing_says_so_and_that_a_retry_is_no_use(lake: Lake) -> None:
    with pytest.raises(LakeError, match="cannot read 'a/b'") as caught:
        lake.get("a/b")
    assert caught.value.key == "a/b"
    assert not caught.value.is_transient


def test_a_deleted_object_is_gone_and_deleting_again_is_no_error(lake: Lake) -> None:
    lake.put("a/b", b"1")
    lake.delete("a/b")
    lake.delete("a/b")
    lake.delete("nowhere/at/all")
    assert list(lake.list()) == []


def test_a_large_object_comes_back_whole(lake: Lake) -> None:
    body = bytes(range(256)) * 50_000
    lake.put("a/large", body)
    assert lake.get("a/large") == body
    assert lake.create(f"a/{uuid4()}", body)
