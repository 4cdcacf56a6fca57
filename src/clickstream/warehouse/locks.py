"""Locks that the kernel gives back when their holder dies, however it dies: ``flock`` on files."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clickstream.errors import WarehouseError

POLL_SECONDS = 0.02


def open_lock(path: Path) -> int:
    """A descriptor of the lock file, made when missing, and owned by whoever owns its folder.

    So root may look after an ordinary user's warehouse without locking that user out.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Whether the lock was to be had at once."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int, seconds: float) -> bool:
    """Whether the exclusive lock was to be had within so many seconds."""
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor):
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def is_locked(path: Path) -> bool:
    """Whether some process holds the exclusive lock of this file; a missing file is not held."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


@contextmanager
def held(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the exclusive lock of a file (or of a folder itself) for the length of a block."""
    is_folder = path.is_dir()
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if is_folder else open_lock(path)
    try:
        if not wait_for_lock(descriptor, seconds):
            raise WarehouseError(
                f"{path} has been locked by another process for {seconds:g} seconds: a command is "
                "starting or stopping the embedded PostgreSQL. Wait for it, or end it, and retry."
            )
        yield
    finally:
        os.close(descriptor)
