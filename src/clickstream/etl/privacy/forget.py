"""A person erased: from the lake first, then from the warehouse, with a proof of what went.

The order makes it safe to be killed anywhere. The list of erasures says what is to go before
anything goes; while the warehouse still has the person, the same command finds them again; and an
erasure that was begun is finished by the next one, whoever it is for.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import psycopg
from msgspec import Struct

from clickstream.errors import WarehouseError
from clickstream.etl import ledger, rebuild
from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.erase_lake import ErasedObject, erase_lines, erase_remnants
from clickstream.etl.privacy.erase_warehouse import Rows, count_rows, erase_rows, note_done
from clickstream.etl.privacy.lines import Found, find_lines, search
from clickstream.etl.privacy.person import Holdings, Person, Places, find_holdings
from clickstream.etl.rules import Rules
from clickstream.etl.run import Clock, Options, Status, run
from clickstream.lake import EVENTS, Lake, Remnant
from clickstream.warehouse.load import Loader

Progress = Callable[[float | None, str], None]
_NO_ROWS: Final[Rows] = {}
logger = logging.getLogger(__name__)


class Proof(Struct, frozen=True, kw_only=True):
    """What an erasure removed, and that nothing is left."""

    erasure_id: UUID | None
    """None where nothing was found, or nothing was to be changed."""
    is_dry: bool
    events: int
    """Of theirs, in the warehouse."""
    objects: tuple[ErasedObject, ...] = ()
    versions: int = 0
    """Earlier versions and unfinished writes that were removed."""
    tables: Rows = _NO_ROWS
    """Rows that each table has lost; below zero where it gained some."""
    remaining: int = 0
    """Lines and events that are still found; anything above zero is a failure."""

    @property
    def lines(self) -> int:
        return sum(one.erased for one in self.objects)

    @property
    def is_found(self) -> bool:
        return bool(self.events or self.objects or self.versions)


class Desk(Struct, frozen=True, kw_only=True):
    """What an erasure works with. The connection is in no transaction, and its own."""

    lake: Lake
    connection: psycopg.Connection
    rules: Rules
    new_id: Callable[[], UUID]
    clock: Clock
    on_progress: Progress = lambda _share, _words: None


def forget(desk: Desk, person: Person, *, is_dry: bool = False) -> Proof:
    """Erase a person, or say what would be erased.

    The lake is loaded first, so that what links their visits is known. It waits for the ETL and
    keeps it waiting; raises `BusyError` where a rebuild is at work, `LakeError` and
    `WarehouseError` where it failed: the same call again goes on from there.
    """
    with alone(desk):
        if not is_dry:
            reapply(desk, [one for one in erasures.listed(desk.lake) if not one.is_finished])
            _load(desk)
        holdings = find_holdings(desk.connection, person)
        found = _look_through(desk, holdings)
        places = _places(holdings, found)
        if is_dry:
            return _forecast(holdings, found)
        return _erase(desk, holdings, places, [one.key for one in found if one.rivals])


def reapply_all(desk: Desk) -> int:
    """Carry out every erasure of the list again, after a restore; how many events went."""
    with alone(desk):
        return reapply(desk, list(erasures.listed(desk.lake)))


def reapply(desk: Desk, listed: list[erasures.Erasure]) -> int:
    """Carry out erasures of the list (again): nothing happens where nothing is left of them."""
    if not listed:
        return 0
    places = erasures.united(listed)
    objects = [erase_lines(desk.lake, key, lines) for key, lines in places.items()]
    erase_remnants(desk.lake, places, now=desk.clock())
    removed = erase_rows(
        desk.connection, loader_of(desk), places, objects, run_id=desk.new_id(), now=desk.clock()
    )
    note_done(desk.connection, listed, now=desk.clock())
    for one in listed:
        erasures.finish(desk.lake, one)
    facts = {"erasures": len(listed), "events": removed, "objects": len(objects)}
    logger.info("erasures carried out again", extra=facts)
    return removed


def _erase(desk: Desk, holdings: Holdings, places: Places, rivals: list[str]) -> Proof:
    if not places:
        versions = _erase_remnants(desk, holdings, places)
        return Proof(erasure_id=None, is_dry=False, events=0, versions=versions)
    erasure = erasures.make_erasure(desk.new_id(), desk.clock(), places)
    erasures.write(desk.lake, erasure)
    objects = _erase_objects(desk, places)
    versions = _erase_remnants(desk, holdings, places)
    before = count_rows(desk.connection)
    removed = erase_rows(
        desk.connection, loader_of(desk), places, objects,
        rivals=rivals, run_id=erasure.erasure_id, now=desk.clock(),
    )  # fmt: skip
    after = Counter(count_rows(desk.connection))
    if rivals:
        _load(desk, keys=tuple(rivals))
    note_done(desk.connection, [erasure], now=desk.clock())
    erasures.finish(desk.lake, erasure)
    proof = Proof(
        erasure_id=erasure.erasure_id,
        is_dry=False,
        events=removed,
        objects=objects,
        versions=versions,
        tables={name: count - after[name] for name, count in before.items()},
        remaining=_remaining(desk, holdings, places),
    )
    logger.info("erasure", extra=_facts(proof))
    return proof


def _erase_objects(desk: Desk, places: Places) -> tuple[ErasedObject, ...]:
    done: list[ErasedObject] = []
    for key, lines in sorted(places.items()):
        done.append(erase_lines(desk.lake, key, lines))
        desk.on_progress(len(done) / len(places), f"{len(done):,} objects")
    return tuple(done)


def _erase_remnants(desk: Desk, holdings: Holdings, places: Places) -> int:
    def is_theirs(remnant: Remnant, body: bytes) -> bool:
        found = search(remnant.key, body, holdings, desk.rules)
        return found is not None and bool(found.lines)

    return erase_remnants(desk.lake, places, now=desk.clock(), is_theirs=is_theirs)


def _look_through(desk: Desk, holdings: Holdings) -> list[Found]:
    """All that the lake holds of them, read object by object."""
    total = sum(1 for _ in desk.lake.list(EVENTS))

    def show(count: int) -> None:
        desk.on_progress(min(1.0, count / max(1, total)), f"{count:,} objects read")

    return list(find_lines(desk.lake, holdings, desk.rules, on_progress=show))


def _places(holdings: Holdings, found: list[Found]) -> Places:
    places = {key: set(lines) for key, lines in holdings.places.items()}
    for one in found:
        if one.lines:
            places.setdefault(one.key, set()).update(one.lines)
    return places


def _forecast(holdings: Holdings, found: list[Found]) -> Proof:
    objects = tuple(
        ErasedObject(one.key, "unchanged", len(one.lines), 0) for one in found if one.lines
    )
    return Proof(erasure_id=None, is_dry=True, events=len(holdings.events), objects=objects)


def _remaining(desk: Desk, holdings: Holdings, places: Places) -> int:
    """What is still found: their events in the warehouse, and lines in the objects touched."""
    left = len(find_holdings(desk.connection, holdings.person).events)
    for one in desk.lake.get_many(_still_there(desk.lake, places)):
        key, body = one
        if isinstance(body, bytes) and (found := search(key, body, holdings, desk.rules)):
            left += len(found.lines)
    return left


def _still_there(lake: Lake, places: Places) -> Iterator[str]:
    folders = {key.rpartition("/")[0] for key in places}
    yield from (one.key for folder in folders for one in lake.list(f"{folder}/")
                if one.key in places)  # fmt: skip


def _load(desk: Desk, *, keys: tuple[str, ...] | None = None) -> None:
    report = run(
        desk.lake, desk.connection, rules=desk.rules, run_id=desk.new_id(), clock=desk.clock,
        options=Options(everything=True, keys=keys, waits=True),
        on_progress=lambda tally: desk.on_progress(None, f"{tally.events:,} events loaded"),
    )  # fmt: skip
    if report.status is not Status.SUCCEEDED:
        raise WarehouseError("The load before the erasure was stopped. Run the command again.")


def loader_of(desk: Desk) -> Loader:
    """A loader for what an erasure takes out, ready."""
    loader = Loader(desk.connection, timezone=desk.rules.timezone)
    loader.prepare()
    return loader


@contextmanager
def alone(desk: Desk, *, waits: bool = True) -> Iterator[None]:
    """Hold the ETL's lock and a rebuild's: what it has read must not come back with its tables."""
    desk.connection.autocommit = True
    loader_of(desk)  # first of all, for a session that has used temporary tables is past it
    with (
        rebuild.alone(desk.connection),
        ledger.alone(desk.connection, waits=waits),
    ):
        yield


def _facts(proof: Proof) -> dict[str, object]:
    return {
        "run_id": str(proof.erasure_id),
        "events": proof.events,
        "lines": proof.lines,
        "objects": len(proof.objects),
        "versions": proof.versions,
        "remaining": proof.remaining,
    }
