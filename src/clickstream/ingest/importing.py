"""History from a file into the lake. Importing a file twice changes nothing.

An event that has no id gets one from what its row says and from how many equal rows came before,
and an object's name comes from what it holds; so a second import finds every object there. Ids of
one visitor's events at one instant ascend as their rows do, since ids decide the order of ties.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from clickstream.contract import (
    Document,
    Envelope,
    Event,
    Reason,
    Rejected,
    check_event,
    decode_object,
    encode_envelope,
    lake_line,
    parse_instant,
)
from clickstream.errors import ImportFileError
from clickstream.ingest.hours import HourBuffers
from clickstream.ingest.mapping import CONTEXT, ImportMap, check_columns, look_up
from clickstream.ingest.rejects import Reject, Rejects
from clickstream.ingest.rows import CsvFile, NdjsonFile, Row, Source, file_format, open_source
from clickstream.lake import Lake

Progress = Callable[[int, int], None]
_LAST_PLACE: Final = 0xFFFF
_LONGEST: Final = 1024
"""Characters of what a row tells of its sender."""
_STEP: Final = 2000
"""Rows between two reports of progress."""


class ImportReport(msgspec.Struct, kw_only=True):
    """What became of every row.

    `rows` = `events` + `duplicates` + `joined` + the sum of `rejected`.
    """

    rows: int = 0
    events: int = 0
    duplicates: int = 0
    """Equal rows left out, as the map's `deduplicate` asks."""
    joined: int = 0
    """Rows that went into the event of a row before, as the map's `group` asks."""
    rejected: Counter[str] = msgspec.field(default_factory=Counter)
    first_rejects: list[Reject] = []
    """The first twenty."""
    objects_written: int = 0
    objects_present: int = 0
    """Objects that the lake held already, from an earlier import of the same file."""


def import_file(
    path: Path,
    lake: Lake,
    *,
    mapping: ImportMap | None,
    now: datetime,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """The report of an import that is durable. Memory does not grow with the file.

    Without a map the file holds contract events, one JSON object a line. Rejected rows are
    counted, and written to `rejects` as NDJSON where that is given. `progress` hears of bytes
    read and bytes in all. Raises `ImportFileError` and `LakeError`; starting again after either
    adds what is missing.
    """
    report = ImportReport()
    with (
        open_source(path) as source,
        closing(_Occurrences()) as occurrences,
        Rejects(rejects) as refused,
    ):
        buffers = HourBuffers(lake)
        stamp = _Stamp(mapping, occurrences, now)
        for row in _rows(source, path, mapping):
            report.rows += 1 + len(row.more)
            report.joined += len(row.more)
            try:
                line = stamp.line(row)
            except Rejected as rejected:
                refused.add(row, rejected)
            else:
                if line is None:
                    report.duplicates += 1
                else:
                    buffers.add(*line)
                    report.events += 1
            if progress is not None and report.rows % _STEP == 0:
                progress(source.stored.tell(), source.size)
        buffers.flush()
        report.rejected, report.first_rejects = refused.counts, refused.first
        report.objects_written, report.objects_present = buffers.written, buffers.present
        if progress is not None:
            progress(source.size, source.size)
    return report


def _rows(source: Source, path: Path, mapping: ImportMap | None) -> Iterator[Row]:
    kind = (mapping.format if mapping else None) or file_format(path)
    if kind == "ndjson":
        found = iter(NdjsonFile(source))
        return _grouped(found, mapping) if mapping else found
    if mapping is None:
        raise ImportFileError(
            f"{path.name} is CSV and needs a map from its columns to the contract; give --map"
        )
    file = CsvFile(
        source,
        name=path.name,
        columns=mapping.header,
        delimiter=mapping.delimiter,
        encoding=mapping.encoding,
    )
    check_columns(mapping, file.columns, name=path.name)
    return _grouped(file, mapping)


def _grouped(rows: Iterable[Row], mapping: ImportMap) -> Iterator[Row]:
    """Rows as the map's `group` joins those that follow each other, at the first's line."""
    if mapping.group is None:
        yield from rows
        return
    columns = [mapping.group, *filter(None, [mapping.fields.get("eventName")])]
    held: list[Row] = []
    for row in rows:
        if held and _group(held[0], columns) != _group(row, columns):
            yield _joined(held)
            held = []
        held.append(row)
        if _group(row, columns) is None:
            yield held.pop()
    if held:
        yield _joined(held)


def _group(row: Row, columns: Sequence[str]) -> list[Any] | None:
    """What rows of one event have in common; None for a row that stands alone."""
    if isinstance(row.document, Rejected) or not look_up(row.document, columns[0]):
        return None
    return [look_up(row.document, column) for column in columns]


def _joined(rows: Sequence[Row]) -> Row:
    more = tuple(row.document for row in rows[1:] if not isinstance(row.document, Rejected))
    raw = b"\x1e".join(row.raw for row in rows)
    return Row(rows[0].line, raw, rows[0].document, more)


class _Stamp:
    """Makes lake lines of rows."""

    def __init__(
        self, mapping: ImportMap | None, occurrences: "_Occurrences", now: datetime
    ) -> None:
        self._map, self._occurrences, self._now = mapping, occurrences, now

    def line(self, row: Row) -> tuple[datetime, bytes, bytes] | None:
        """When it happened, the line, and what names it; None for a duplicate that is left out.

        Raises `Rejected`.
        """
        if isinstance(row.document, Rejected):
            raise row.document
        payload, document, sender = self._payload(row, row.document)
        event = check_event(document)
        if event.event_timestamp is None or event.event_timestamp == "":
            raise Rejected(
                Reason.INVALID_TIMESTAMP,
                "an imported event needs its eventTimestamp",
                field="eventTimestamp",
            )
        occurrence = self._occurrences.count(row.raw)
        if occurrence > 1 and self._map is not None and self._map.deduplicate:
            return None
        event_id = None
        if event.event_id is None or event.event_id == "":
            place = self._occurrences.count(_moment(event))
            event_id = _event_id(row.raw, occurrence, place=place)
        envelope = Envelope(
            received_at=self._now,
            event_id=event_id,
            source="import",
            user_agent=sender.get("user_agent"),
            country=sender.get("country"),
        )
        line = lake_line(payload, document, encode_envelope(envelope))
        name = (event_id or "").encode() + payload + "".join(sender.values()).encode()
        return parse_instant(event.event_timestamp), line, name

    def _payload(self, row: Row, document: Document) -> tuple[bytes, Document, dict[str, str]]:
        """The event as JSON and as an object, and what its envelope says of its sender."""
        if self._map is None or ("eventName" in document and not self._fits(document)):
            return row.raw, document, {}
        event = self._map.combine((document, *row.more))
        sender = {
            field: str(event.pop(target))[:_LONGEST]
            for target, field in CONTEXT.items()
            if target in event
        }
        payload = msgspec.json.encode(event)
        return payload, decode_object(payload), sender

    def _fits(self, document: Document) -> bool:
        """Whether any column of the map is there; else the line is a contract event already."""
        return self._map is not None and not self._map.columns().isdisjoint(document)


class _Occurrences:
    """How often each row has come. In a temporary database: a file may have any size."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -32000;"
            "create table seen (row blob primary key, times integer) without rowid; begin"
        )

    def count(self, raw: bytes) -> int:
        """How many equal rows there were, this one included."""
        (times,) = self._database.execute(
            "insert into seen values (?, 1) "
            "on conflict do update set times = times + 1 returning times",
            (hashlib.blake2b(raw, digest_size=16).digest(),),
        ).fetchone()
        return int(times)

    def close(self) -> None:
        self._database.close()


def _moment(event: Event) -> bytes:
    """What tells one visitor's instant from another."""
    return msgspec.json.encode(
        [event.event_timestamp, event.client_id, event.session_id, event.user_id]
    )


def _event_id(raw: bytes, occurrence: int, *, place: int) -> str:
    digest = hashlib.blake2b(raw, digest_size=16, salt=occurrence.to_bytes(8, "big")).digest()
    ordered = min(place - 1, _LAST_PLACE).to_bytes(2, "big") + digest[2:]
    return str(UUID(bytes=ordered, version=5))  # RFC 9562: a version of one's own making
