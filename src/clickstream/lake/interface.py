"""What every lake can do, wherever its objects lie."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from clickstream.errors import LakeError


class LakeObject(NamedTuple):
    """One object of the lake, complete since its name exists."""

    key: str
    size: int
    """Bytes, as stored."""


class Remnant(NamedTuple):
    """Bytes that no listing shows: an earlier version of an object, or a write without its end."""

    key: str
    """The object's, as it is or was to be."""
    version: str
    """How the lake finds it again."""


class Lake(Protocol):
    """Objects under keys of segments joined by `/`, none of which begins with a dot.

    Safe to use from several threads. Every method raises `LakeError`, whose `is_transient`
    says whether the same call may succeed later.
    """

    @property
    def url(self) -> str:
        """Where it is, as `open_lake` takes it; never with credentials."""

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[LakeObject]:
        """Every object below the folder `prefix`, sorted by key; none if there is no such folder.

        With `after`, only those whose keys sort behind it; S3 then lists no others.

        The order is that of S3, by the bytes of the key. (Servers that only resemble S3 may sort
        files and folders of one folder apart; below an hour there are only files.)
        """

    def get(self, key: str) -> bytes:
        """The object's bytes."""

    def get_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | LakeError]]:
        """Each key with its bytes, or with what kept them from being read, in the given order.

        Reads ahead by a bounded number of objects, so memory does not grow with `keys`.
        """

    def put(self, key: str, body: bytes) -> None:
        """Writes or replaces an object, which is whole and durable on return."""

    def create(self, key: str, body: bytes) -> bool:
        """Like `put`, but leaves an object that exists as it is, and says False."""

    def delete(self, key: str) -> None:
        """Removes an object; nothing happens where there is none."""

    def remnants(self, prefix: str, *, before: datetime) -> Iterator[Remnant]:
        """Whatever is kept below a folder that a listing does not show.

        Earlier versions of objects, where the lake keeps them; and unfinished writes that were
        begun earlier than `before`, whose writers have died.
        """

    def read_remnant(self, remnant: Remnant) -> bytes:
        """The bytes of a remnant; none where it is gone."""

    def erase_remnant(self, remnant: Remnant) -> None:
        """Removes a remnant for good; nothing happens where it is gone."""
