"""Lines taken out of the lake's objects, and out of what the lake keeps of them besides."""

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final

from msgspec import Struct

from clickstream.contract import Rejected
from clickstream.errors import LakeError
from clickstream.etl.privacy.lines import WHOLE
from clickstream.etl.privacy.person import Places
from clickstream.etl.read import decompressed, numbered_lines
from clickstream.lake import EVENTS, Lake, Remnant

ABANDONED: Final = timedelta(hours=1)
"""After so long nobody finishes a write any more."""


class ErasedObject(Struct, frozen=True):
    """What became of one object."""

    key: str
    action: str
    """`rewritten`, `removed`, `unchanged` where the lines were gone already, or `missing`."""
    erased: int
    """Lines that were taken out."""
    remaining: int
    """Lines that it holds now."""


def erase_lines(lake: Lake, key: str, lines: set[int]) -> ErasedObject:
    """Take lines out of an object: each leaves an empty one, so that the others keep their numbers.

    An object without any other line is removed. Doing it again changes nothing.
    """
    body = _body(lake, key)
    if body is None:
        return ErasedObject(key, "missing", 0, 0)
    if WHOLE in lines:
        lake.delete(key)
        return ErasedObject(key, "removed", 1, 0)
    text = _text(key, body)
    held = {number for number, _raw in numbered_lines(key, text)}
    erased, remaining = len(held & lines), len(held - lines)
    if not remaining:
        lake.delete(key)
        return ErasedObject(key, "removed", erased, 0)
    if not erased:
        return ErasedObject(key, "unchanged", 0, remaining)
    rest = b"".join(
        b"\n" if number in lines else line for number, line in enumerate(BytesIO(text), start=1)
    )
    lake.put(key, gzip.compress(rest, mtime=0) if key.endswith(".gz") else rest)
    return ErasedObject(key, "rewritten", erased, remaining)


def look_at_object(lake: Lake, key: str, lines: set[int]) -> ErasedObject:
    """What an object holds besides these lines, which were taken out of it before."""
    body = _body(lake, key)
    if body is None:
        return ErasedObject(key, "missing", 0, 0)
    return ErasedObject(key, "unchanged", 0, len(_held(key, body) - lines))


def erase_remnants(
    lake: Lake,
    places: Places,
    *,
    now: datetime,
    is_theirs: Callable[[Remnant, bytes], bool] = lambda _remnant, _body: False,
) -> int:
    """Remove the earlier versions and unfinished writes of these objects; how many they were.

    Of other objects, those whose bytes `is_theirs` recognizes.
    """
    erased = 0
    for remnant in lake.remnants(EVENTS, before=now - ABANDONED):
        if remnant.key in places or is_theirs(remnant, lake.read_remnant(remnant)):
            lake.erase_remnant(remnant)
            erased += 1
    return erased


def _held(key: str, body: bytes) -> set[int]:
    return {number for number, _raw in numbered_lines(key, _text(key, body))}


def _text(key: str, body: bytes) -> bytes:
    try:
        return decompressed(key, body)
    except Rejected as rejected:
        raise LakeError(f"cannot erase lines of {key}: {rejected.message}", key=key) from rejected


def _body(lake: Lake, key: str) -> bytes | None:
    """An object's bytes, or nothing where there is none. Raises `LakeError`."""
    try:
        return lake.get(key)
    except LakeError as error:
        if _is_missing(lake, key):
            return None
        raise error from None


def _is_missing(lake: Lake, key: str) -> bool:
    folder = key.rpartition("/")[0]
    return all(one.key != key for one in lake.list(f"{folder}/"))
