"""A lake that is not a folder: objects in memory, listed and read as S3 does, and able to fail."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime

from clickstream.errors import LakeError
from clickstream.lake import LakeObject, Remnant


class MemoryLake:
    """Objects by key. Keys in `broken` cannot be read; `listed`: where listings began."""

    url = "s3://memory"
    READ_AHEAD = 64

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken: set[str] = set()
        self.listed: list[str | None] = []

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[LakeObject]:
        self.listed.append(after)
        for key in sorted(self.objects):
            if key.startswith(prefix) and (after is None or key > after):
                yield LakeObject(key, len(self.objects[key]))

    def get(self, key: str) -> bytes:
        if key in self.broken:
            raise LakeError(f"{key} cannot be read: try again", key=key, is_transient=True)
        return self.objects[key]

    def get_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | LakeError]]:
        waiting: deque[str] = deque()
        for key in keys:
            waiting.append(key)
            if len(waiting) >= self.READ_AHEAD:
                yield self._outcome(waiting.popleft())
        while waiting:
            yield self._outcome(waiting.popleft())

    def _outcome(self, key: str) -> tuple[str, bytes | LakeError]:
        try:
            return key, self.get(key)
        except LakeError as error:
            return key, error

    def put(self, key: str, body: bytes) -> None:
        self.objects[key] = body

    def create(self, key: str, body: bytes) -> bool:
        return self.objects.setdefault(key, body) is body

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def remnants(self, prefix: str, *, before: datetime) -> Iterator[Remnant]:
        return iter(())

    def read_remnant(self, remnant: Remnant) -> bytes:
        return b""

    def erase_remnant(self, remnant: Remnant) -> None:
        """Nothing: it keeps no earlier versions."""
