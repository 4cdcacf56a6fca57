"""A lake in a folder of this machine, durable against a power cut."""

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from clickstream.errors import LakeError
from clickstream.lake.interface import LakeObject, Remnant

_TRANSIENT: Final = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EINTR, errno.ENOMEM,
        errno.EMFILE, errno.ENFILE, errno.EROFS, errno.EBUSY, errno.ESTALE, errno.ETIMEDOUT,
    }
)  # fmt: skip
_HINT: Final = {
    errno.ENOSPC: "; the disk is full: make room, or move the lake",
    errno.EDQUOT: "; the quota is used up: make room, or move the lake",
    errno.EACCES: "; let this user read and write the folder",
    errno.EPERM: "; let this user read and write the folder",
    errno.EROFS: "; the disk is mounted read-only",
    errno.EMFILE: "; raise the limit of open files (ulimit -n)",
}


class FolderLake:
    """One file an object. Names that begin with a dot are unfinished and never listed."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.abspath(root)  # noqa: PTH100 - text: listing a million Paths is slow

    @property
    def url(self) -> str:
        return Path(self._root).as_uri()

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[LakeObject]:
        folder = self._path(prefix.rstrip("/")) if prefix.strip("/") else self._root
        skip = len(self._root) + 1
        with _lake_errors("list", prefix or "/"):
            if after is None:
                yield from _walk(folder, skip)
            else:
                yield from (one for one in _walk(folder, skip) if one.key > after)

    def get(self, key: str) -> bytes:
        with _lake_errors("read", key):
            return _read(self._path(key))

    def get_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | LakeError]]:
        for key in keys:
            try:
                yield key, self.get(key)
            except LakeError as error:
                yield key, error

    def put(self, key: str, body: bytes) -> None:
        with _lake_errors("write", key):
            path, partial = self._write_partial(key, body)
            with _removed_on_error(partial):
                os.replace(partial, path)  # noqa: PTH105
            _sync_folder(os.path.dirname(path))  # noqa: PTH120

    def create(self, key: str, body: bytes) -> bool:
        with _lake_errors("write", key):
            if os.path.lexists(self._path(key)):
                return False
            path, partial = self._write_partial(key, body)
            try:
                os.link(partial, path)  # unlike a rename, this never replaces
            except FileExistsError:
                return False
            finally:
                os.unlink(partial)  # noqa: PTH108
            _sync_folder(os.path.dirname(path))  # noqa: PTH120
            return True

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _lake_errors("delete", key), contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108
            _sync_folder(os.path.dirname(path))  # noqa: PTH120

    def remnants(self, prefix: str, *, before: datetime) -> Iterator[Remnant]:
        root = self._path(prefix.rstrip("/"))
        with _lake_errors("list", prefix):
            for folder, _folders, names in os.walk(root):
                for name in names:
                    path = f"{folder}/{name}"
                    if name.startswith(".") and _is_older(path, before):
                        finished = name.partition("-")[2] or name[1:]
                        key = f"{folder}/{finished}"[len(self._root) + 1 :]
                        yield Remnant(key, path)

    def read_remnant(self, remnant: Remnant) -> bytes:
        with _lake_errors("read", remnant.key):
            try:
                return _read(remnant.version)
            except FileNotFoundError:
                return b""

    def erase_remnant(self, remnant: Remnant) -> None:
        with _lake_errors("delete", remnant.key), contextlib.suppress(FileNotFoundError):
            os.unlink(remnant.version)  # noqa: PTH108
            _sync_folder(os.path.dirname(remnant.version))  # noqa: PTH120

    def _path(self, key: str) -> str:
        """The file of a key, which can never lie outside the lake."""
        if any(segment.startswith(".") or not segment for segment in key.split("/")):
            raise LakeError(
                f"{key!r} is no key of a lake: its segments must not be empty or begin with a dot",
                key=key,
            )
        return f"{self._root}/{key}"

    def _write_partial(self, key: str, body: bytes) -> tuple[str, str]:
        """The object's path, and the path of its synced bytes beside it."""
        path = self._path(key)
        folder, name = os.path.split(path)
        partial = f"{folder}/.{os.urandom(16).hex()}-{name}"
        try:
            _write_synced(partial, body)
        except FileNotFoundError:
            _make_folders(folder)
            _write_synced(partial, body)
        return path, partial


def _walk(folder: str, skip: int) -> Iterator[LakeObject]:
    try:
        with os.scandir(folder) as entries:
            # A folder sorts as its keys do, by its name and the slash behind it.
            paths = [f"{entry.path}/" if entry.is_dir() else entry.path for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return
    hidden = f"{folder}/."
    for path in sorted(paths, key=os.fsencode):
        if path.startswith(hidden):
            continue
        if path.endswith("/"):
            yield from _walk(path[:-1], skip)
            continue
        try:
            yield LakeObject(path[skip:], os.stat(path).st_size)  # noqa: PTH116
        except FileNotFoundError:
            continue  # erased since


def _is_older(path: str, instant: datetime) -> bool:
    try:
        return os.stat(path).st_mtime < instant.timestamp()  # noqa: PTH116
    except FileNotFoundError:
        return False  # finished since


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        body = os.read(descriptor, size + 1)
        while len(body) < size and (more := os.read(descriptor, size - len(body))):
            body += more
        return body
    finally:
        os.close(descriptor)


def _write_synced(path: str, body: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    with _removed_on_error(path):
        try:
            rest = memoryview(body)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _removed_on_error(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108
        raise


def _make_folders(folder: str) -> None:
    """Makes a folder and those above it, each entry synced in its parent."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    parent = os.path.dirname(folder)  # noqa: PTH120
    _make_folders(parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o750)  # noqa: PTH102
    _sync_folder(parent)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _lake_errors(verb: str, key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or key
        hint = _HINT.get(error.errno or 0, "")
        raise LakeError(
            f"cannot {verb} {key!r} in the lake: {error.strerror} ({where}){hint}",
            key=key,
            is_transient=error.errno in _TRANSIENT,
        ) from error
