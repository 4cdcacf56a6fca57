"""The list of erasures: which lines of the lake were erased, so that it can be done again.

It lies in the lake beside the events (`erasures/<id>.json`), where neither a rebuild nor a restore
of the warehouse touches it. It names lines by object and number, and no person: a restored
warehouse knows its events by the same places, and lines that go leave their numbers behind.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clickstream.errors import LakeError
from clickstream.etl.privacy.person import Places
from clickstream.lake import Lake

ERASURES: Final = "erasures/"
_DECODER: Final = msgspec.json.Decoder


class Erasure(Struct, frozen=True, rename="camel"):
    """One erasure of the list."""

    erasure_id: UUID
    erased_at: datetime
    objects: dict[str, list[int]]
    """The lines by object; 0 is the object as a whole."""
    is_finished: bool = False
    """Whether nothing of it is left to do but to do it again after a restore."""

    @property
    def key(self) -> str:
        return f"{ERASURES}{self.erasure_id}.json"

    @property
    def places(self) -> Places:
        return {key: set(lines) for key, lines in self.objects.items()}


def make_erasure(erasure_id: UUID, erased_at: datetime, places: Places) -> Erasure:
    objects = {key: sorted(lines) for key, lines in sorted(places.items())}
    return Erasure(erasure_id, erased_at, objects)


def write(lake: Lake, erasure: Erasure) -> None:
    """Put an erasure on the list, or in the place of what the list says of it."""
    lake.put(erasure.key, msgspec.json.encode(erasure))


def finish(lake: Lake, erasure: Erasure) -> None:
    """Note that an erasure was carried through."""
    if not erasure.is_finished:
        write(lake, msgspec.structs.replace(erasure, is_finished=True))


def listed(lake: Lake, *, without: Container[object] = ()) -> Iterator[Erasure]:
    """The list, in no order, without some that are known by their id.

    Raises `LakeError` where an entry cannot be read.
    """
    decoder = _DECODER(Erasure)
    for one in lake.list(ERASURES):
        if _id_of(one.key) in without:
            continue
        try:
            yield decoder.decode(lake.get(one.key))
        except msgspec.DecodeError as error:
            raise LakeError(
                f"{one.key} in {lake.url} is no entry of the list of erasures ({error}): restore "
                "it from where it was copied, for what it names may be in your backups",
                key=one.key,
            ) from error


def _id_of(key: str) -> UUID | None:
    try:
        return UUID(key.removeprefix(ERASURES).removesuffix(".json"))
    except ValueError:
        return None


def united(erasures: Iterable[Erasure]) -> Places:
    """All that several erasures name."""
    places: Places = {}
    for erasure in erasures:
        for key, lines in erasure.objects.items():
            places.setdefault(key, set()).update(lines)
    return places


def forget_before(lake: Lake, instant: datetime) -> int:
    """Take finished erasures off the list whose last backup has expired; how many they were."""
    expired = [one for one in listed(lake) if one.is_finished and one.erased_at < instant]
    for one in expired:
        lake.delete(one.key)
    return len(expired)
