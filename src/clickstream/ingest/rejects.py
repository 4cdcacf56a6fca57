"""Rows of a file that are not taken: counted, the first ones shown, all of them kept if wanted."""

from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from clickstream.contract import Rejected
from clickstream.ingest.rows import Row

FEW: Final = 20


class Reject(msgspec.Struct, frozen=True):
    """A row that was not taken."""

    line: int
    reason: str
    message: str


class Rejects:
    """The rows that were not taken; where a path is given, each is written, an object a line."""

    def __init__(self, path: Path | None) -> None:
        self.counts: Counter[str] = Counter()
        self.first: list[Reject] = []
        self._file = path.open("wb") if path else None

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Row, rejected: Rejected) -> None:
        reason = str(rejected.reason)
        self.counts[reason] += 1
        if len(self.first) < FEW:
            self.first.append(Reject(row.line, reason, rejected.message))
        if self._file is not None:
            text = row.raw.replace(b"\x1f", b",").decode(errors="replace")
            facts = {"line": row.line, "reason": reason, "message": rejected.message, "row": text}
            self._file.write(msgspec.json.encode(facts) + b"\n")
