"""The rows of a file that is to be imported, whatever its size, each with its line number."""

import codecs
import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Literal

import msgspec

from clickstream.contract import Document, Reason, Rejected, decode_object, limits
from clickstream.errors import ImportFileError

_MAGIC: Final = b"\x1f\x8b"
_LONGEST: Final = 4 * limits.MAX_EVENT_BYTES
"""Of one line, in bytes; a row that the map makes an event of may be larger than the event."""


UTF_8: Final = "utf-8"
_NOT_DECODED: Final = (
    "the row is not UTF-8; where the file is written otherwise, say so in the map, such as "
    'encoding = "latin-1"'
)


class Row(msgspec.Struct, frozen=True):
    """One row as it stands in the file. `document` is why it cannot be read, where it cannot."""

    line: int
    raw: bytes
    """What makes it equal to another row."""
    document: Document | Rejected
    more: tuple[Document, ...] = ()
    """Of further rows that tell of the same event."""


class Source(msgspec.Struct, frozen=True):
    """An open file, decompressed."""

    text: IO[bytes]
    stored: io.FileIO
    """As it lies on the disk; tells how far reading has come."""
    size: int


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The file, decompressed where it is gzipped. Raises `ImportFileError`."""
    try:
        with path.open("rb", buffering=0) as stored:
            is_gzipped = stored.read(2) == _MAGIC
            stored.seek(0)
            raw = gzip.GzipFile(fileobj=stored) if is_gzipped else stored
            with io.BufferedReader(raw, 256 * 1024) as text:
                yield Source(text, stored, path.stat().st_size)
    except (EOFError, gzip.BadGzipFile) as error:
        raise ImportFileError(
            f"{path.name} is damaged: {error}; what came before was imported, and importing the "
            "whole file later adds only the rest"
        ) from error
    except OSError as error:
        raise ImportFileError(f"cannot read {path}: {error.strerror or error}") from error


def file_format(path: Path) -> Literal["csv", "ndjson"]:
    """What a file holds, by its name. Raises `ImportFileError`."""
    suffixes = [suffix for suffix in path.suffixes if suffix.lower() != ".gz"]
    last = suffixes[-1].lower() if suffixes else ""
    if last == ".csv":
        return "csv"
    if last in {".ndjson", ".jsonl", ".json"}:
        return "ndjson"
    raise ImportFileError(
        f"{path.name} does not tell by its name what it holds; call it .csv or .ndjson, or say "
        'format = "csv" in the map'
    )


class CsvFile:
    """The rows of a CSV file; its first line names the columns, unless they are given."""

    def __init__(
        self,
        source: Source,
        *,
        name: str,
        columns: Sequence[str] | None = None,
        delimiter: str = ",",
        encoding: str = UTF_8,
    ) -> None:
        csv.field_size_limit(_LONGEST)
        self._reader = csv.reader(_decoded(source.text, encoding), delimiter=delimiter)
        header = list(columns) if columns else next(self._reader, None)
        if not header:
            raise ImportFileError(f"{name} is empty; a CSV file begins with its columns' names")
        self.columns = header

    def __iter__(self) -> Iterator[Row]:
        while True:
            try:
                values = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(self._reader.line_num, b"", Rejected(Reason.TOO_LARGE, str(error)))
                continue
            if values:
                yield self._row(values)

    def _row(self, values: list[str]) -> Row:
        line = self._reader.line_num
        try:
            raw = "\x1f".join(values).encode()
        except UnicodeEncodeError:
            raw = "\x1f".join(values).encode(errors="surrogateescape")
            return Row(line, raw, Rejected(Reason.INVALID_JSON, _NOT_DECODED))
        if len(values) > len(self.columns):
            message = f"the row has {len(values)} columns, {len(self.columns)} are named"
            return Row(line, raw, Rejected(Reason.INVALID_FIELD, message))
        # Columns missing at the end are empty ones: some writers leave them out.
        return Row(line, raw, dict(zip(self.columns, values, strict=False)))


def _decoded(text: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The lines of a file. What its encoding has not becomes lone surrogates: so it is known."""
    for number, line in enumerate(text):
        bare = line if number else line.removeprefix(codecs.BOM_UTF8)
        yield bare.decode(encoding, errors="surrogateescape")


class NdjsonFile:
    """The rows of a file with one JSON object a line."""

    def __init__(self, source: Source) -> None:
        self._text = source.text

    def __iter__(self) -> Iterator[Row]:
        number = 0
        while line := self._text.readline(_LONGEST):
            number += 1
            if len(line) == _LONGEST and not line.endswith(b"\n"):
                self._skip_line()
                message = f"a line may have {_LONGEST} bytes"
                yield Row(number, line[:1000], Rejected(Reason.TOO_LARGE, message))
                continue
            raw = line.removeprefix(codecs.BOM_UTF8).strip() if number == 1 else line.strip()
            if raw:
                yield Row(number, raw, _decode(raw))

    def _skip_line(self) -> None:
        while (rest := self._text.readline(_LONGEST)) and not rest.endswith(b"\n"):
            pass


def _decode(raw: bytes) -> Document | Rejected:
    try:
        return decode_object(raw)
    except Rejected as rejected:
        return rejected
