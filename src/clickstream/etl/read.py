"""From one object of the lake to its events: what it cannot take becomes a rejection."""

import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from clickstream.contract import Reason, Rejected
from clickstream.etl.normalize import Place, normalize
from clickstream.etl.rows import Accepted, Rejection
from clickstream.etl.rules import Rules
from clickstream.lake import key_hour

MAX_OBJECT_BYTES: Final = 512 * 1024 * 1024
"""Of one object, decompressed; larger is taken for a decompression bomb."""
MAX_KEPT_BYTES: Final = 64 * 1024
"""How much of a refused line the quarantine keeps; the lake has it whole."""
_SINGLE: Final = (".json", ".json.gz")
_MANY: Final = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")


def read_object(
    key: str, body: bytes, rules: Rules, *, coerced: Counter[str] | None = None
) -> Iterator[Accepted | Rejection]:
    """Each event of an object, in order, or why it is not taken; blank lines are neither.

    `coerced` counts, by field, the events taken with a field in another type.
    """
    try:
        text = decompressed(key, body)
    except Rejected as refused:
        yield Rejection(key, 0, refused.reason, refused.message, body[:MAX_KEPT_BYTES])
        return
    hour = key_hour(key)
    for number, raw in numbered_lines(key, text):
        place = Place(key, number, hour)
        try:
            yield normalize(raw, place, rules, coerced=coerced)
        except Rejected as refused:
            kept = raw[:MAX_KEPT_BYTES]
            yield Rejection(key, number, refused.reason, refused.message, kept, hour)


def numbered_lines(key: str, text: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, counted from 1; an object of one event is one line."""
    if key.endswith(_SINGLE):
        if raw := text.strip():
            yield 1, raw
        return
    for number, line in enumerate(BytesIO(text), start=1):
        if raw := line.strip():
            yield number, raw


def decompressed(key: str, body: bytes) -> bytes:
    """The text of an object as it lies in the lake. Raises `Rejected` where it is not whole."""
    if not key.endswith((*_SINGLE, *_MANY)):
        raise Rejected(
            Reason.UNREADABLE_OBJECT,
            f"{key} ends in none of {', '.join((*_SINGLE, *_MANY))}: rename or remove it",
        )
    if not body:
        raise Rejected(Reason.UNREADABLE_OBJECT, f"{key} is torn: it is empty")
    if not key.endswith(".gz"):
        return body
    decompressor = zlib.decompressobj(wbits=31)
    try:
        text = decompressor.decompress(body, MAX_OBJECT_BYTES + 1)
        while decompressor.eof and decompressor.unused_data and len(text) <= MAX_OBJECT_BYTES:
            member = decompressor.unused_data
            decompressor = zlib.decompressobj(wbits=31)
            text += decompressor.decompress(member, MAX_OBJECT_BYTES - len(text) + 1)
    except zlib.error as error:
        raise Rejected(Reason.UNREADABLE_OBJECT, f"{key} is no whole gzip file: {error}") from error
    if decompressor.unconsumed_tail or len(text) > MAX_OBJECT_BYTES:
        raise Rejected(
            Reason.UNREADABLE_OBJECT,
            f"{key} is over {MAX_OBJECT_BYTES} bytes when decompressed: split it",
        )
    if not decompressor.eof:
        raise Rejected(Reason.UNREADABLE_OBJECT, f"{key} is torn: its gzip stream has no end")
    return text
