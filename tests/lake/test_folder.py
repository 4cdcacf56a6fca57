"""What only a folder can show: unfinished files, full disks, keys that would leave it."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clickstream.errors import LakeError
from clickstream.lake import open_lake

pytestmark = pytest.mark.unit


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not allow mounts")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_an_unfinished_object_is_never_listed(tmp_path: Path) -> None:
    lake = open_lake(tmp_path.as_uri())
    lake.put("a/b", b"1")
    (tmp_path / "a" / ".unfinished-c").write_bytes(b"half")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "d").write_bytes(b"2")
    assert [entry.key for entry in lake.list()] == ["a/b"]


def test_files_and_folders_of_one_folder_are_listed_in_the_order_of_s3(tmp_path: Path) -> None:
    lake = open_lake(tmp_path.as_uri())
    for key in ["a/b/c", "a/b.c", "a/b-c", "a/b0/d"]:
        lake.put(key, b"1")
    assert [entry.key for entry in lake.list()] == ["a/b-c", "a/b.c", "a/b/c", "a/b0/d"]


def test_nothing_unfinished_stays_behind(tmp_path: Path) -> None:
    lake = open_lake(tmp_path.as_uri())
    lake.put("a/b", b"1")
    lake.create("a/c", b"1")
    lake.create("a/c", b"2")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b", "c"]


@pytest.mark.parametrize("key", ["../b", "a/../../b", "/etc/passwd", "a//b", "a/.b", "", "a/"])
def test_a_key_cannot_leave_the_lake(tmp_path: Path, key: str) -> None:
    lake = open_lake((tmp_path / "lake").as_uri())
    with pytest.raises(LakeError, match="is no key of a lake"):
        lake.put(key, b"1")
    with pytest.raises(LakeError, match="is no key of a lake"):
        lake.get(key)


def test_a_full_disk_is_transient_says_so_and_leaves_nothing_behind(small_disk: Path) -> None:
    lake = open_lake((small_disk / "lake").as_uri())
    lake.put("a/small", b"1")
    with pytest.raises(LakeError, match="the disk is full") as caught:
        lake.put("a/large", b"x" * 2_000_000)
    assert caught.value.is_transient
    assert [path.name for path in (small_disk / "lake" / "a").iterdir()] == ["small"]
    lake.put("a/again", b"x" * 500_000)
    assert [entry.key for entry in lake.list()] == ["a/again", "a/small"]


def test_a_folder_in_the_way_is_an_error_of_the_lake(tmp_path: Path) -> None:
    lake = open_lake(tmp_path.as_uri())
    lake.put("a/b/c", b"1")
    for key in ("a/b", "a/b/c/d"):
        with pytest.raises(LakeError, match="cannot write"):
            lake.put(key, b"2")
    assert list(lake.list("a/b/c/d")) == []


def test_of_many_that_create_one_wins(tmp_path: Path) -> None:
    lake = open_lake(tmp_path.as_uri())
    won: list[int] = []
    barrier = threading.Barrier(8)

    def create(number: int) -> None:
        barrier.wait()
        if lake.create("a/b/c", str(number).encode()):
            won.append(number)

    threads = [threading.Thread(target=create, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lake.get("a/b/c") == str(won[0]).encode()
    assert len(won) == 1


@pytest.mark.parametrize(
    "url", ["data/lake", "http://host/lake", "s3://", "file://host/lake", "s3://key:secret@bucket"]
)
def test_another_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(LakeError, match="give file:///absolute/folder or s3://bucket") as caught:
        open_lake(url)
    assert "secret" not in str(caught.value)
