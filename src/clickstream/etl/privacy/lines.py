"""A person's lines in the lake: loaded or not, refused or repeated."""

import contextlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from clickstream.contract import Rejected
from clickstream.contract.decode import decode_json
from clickstream.errors import LakeError
from clickstream.etl.normalize import Place, normalize
from clickstream.etl.privacy.person import Holdings
from clickstream.etl.read import MAX_OBJECT_BYTES, decompressed, numbered_lines
from clickstream.etl.rows import EventRow
from clickstream.etl.rules import Rules
from clickstream.lake import EVENTS, Lake, key_hour

WHOLE: Final = 0
"""The number that stands for an object as a whole."""
_EVENT_ID: Final = re.compile(rb'"eventId"\s*:\s*"([^"\\]*)"')


class Found(Struct, frozen=True):
    """What one object holds of a person."""

    key: str
    lines: dict[int, bytes]
    """Their lines by number, as they came; WHOLE alone where the object cannot be read."""
    rivals: bool
    """Whether somebody else's line here has the id of an event of theirs."""


def find_lines(
    lake: Lake,
    holdings: Holdings,
    rules: Rules,
    *,
    on_progress: Callable[[int], None] = lambda _objects: None,
) -> Iterator[Found]:
    """Every object of the lake that holds a line of theirs, or a rival of one. All are read."""
    keys = (one.key for one in lake.list(EVENTS))
    for count, (key, body) in enumerate(lake.get_many(keys), start=1):
        if isinstance(body, LakeError):
            raise body
        found = search(key, body, holdings, rules)
        if found:
            yield found
        on_progress(count)


def search(key: str, body: bytes, holdings: Holdings, rules: Rules) -> Found | None:
    """What an object holds of a person; None where that is nothing."""
    try:
        text = decompressed(key, body)
    except Rejected:
        is_theirs = names_them(readable_part(body), holdings)
        return Found(key, {WHOLE: body}, rivals=False) if is_theirs else None
    if not (key in holdings.places or _may_be_theirs(text, holdings)):
        return None
    lines: dict[int, bytes] = {}
    rivals = False
    for number, raw in numbered_lines(key, text):
        if number in holdings.places.get(key, ()):
            lines[number] = raw
        elif _may_be_theirs(raw, holdings):
            is_theirs, is_rival = _judge(raw, Place(key, number, key_hour(key)), holdings, rules)
            rivals = rivals or is_rival
            if is_theirs:
                lines[number] = raw
    return Found(key, lines, rivals) if lines or rivals else None


def names_them(text: bytes, holdings: Holdings) -> bool:
    """Whether a text that is no event says that it is theirs."""
    with contextlib.suppress(Rejected):
        text = msgspec.json.encode(decode_json(text))
    return holdings.names.search(text) is not None


def readable_part(body: bytes) -> bytes:
    """As much of a torn object's text as can be had; its bytes where it is not compressed."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_OBJECT_BYTES)
    except zlib.error:
        return _until_broken(body)


def _until_broken(body: bytes) -> bytes:
    """The text before the byte at which a gzip stream is broken."""
    decompressor, parts = zlib.decompressobj(wbits=31), list[bytes]()
    with contextlib.suppress(zlib.error):
        for at in range(len(body)):
            parts.append(decompressor.decompress(body[at : at + 1]))
    return b"".join(parts)


def _may_be_theirs(text: bytes, holdings: Holdings) -> bool:
    """Whether a closer look is worth its while: quick, and never wrong about a no.

    JSON may write any letter as an escape, so that a text with one is always looked at.
    """
    if b"\\u" in text or b"\\/" in text or any(sign in text for sign in holdings.signs):
        return True
    if holdings.numbers and holdings.numbers.search(text):
        return True
    ids: Iterable[bytes] = _EVENT_ID.findall(text)
    return any(one.decode("utf-8", "replace") in holdings.visitors for one in ids)


def _judge(raw: bytes, place: Place, holdings: Holdings, rules: Rules) -> tuple[bool, bool]:
    """Whether a line is theirs, and whether it is another's with the id of one of theirs."""
    try:
        event, _items = normalize(raw, place, rules)
    except Rejected:
        return names_them(raw, holdings), False
    if _is_theirs(event, holdings) or (event.user_id is None and holdings.fields.search(raw)):
        return True, False
    return False, event.event_id in holdings.visitors


def _is_theirs(event: EventRow, holdings: Holdings) -> bool:
    person = holdings.person
    if event.user_id in person.user_ids or event.client_id in person.client_ids:
        return True
    if event.client_id in holdings.own_clients and event.user_id is None:
        return True
    return holdings.visitors.get(event.event_id) == event.visitor_id
