"""Whose data is meant, and what the warehouse knows to be theirs."""

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
import psycopg
from msgspec import Struct
from psycopg.rows import class_row

PERSON_EVENTS: Final = Path(__file__).with_name("person_events.sql").read_bytes()
_TELLING: Final = 8
"""Characters from which on an id is nothing else by chance."""
NOTHING: Final = rb"(?!)"
"""A pattern that nothing fits."""
Places = dict[str, set[int]]
"""Lines of the lake: by object, their numbers; 0 is the object as a whole."""


class Person(Struct, frozen=True):
    """One person, or several, by the ids that the shop knows them by."""

    user_ids: frozenset[str] = frozenset()
    client_ids: frozenset[str] = frozenset()

    @property
    def is_nobody(self) -> bool:
        return not (self.user_ids or self.client_ids)


class PersonEvent(Struct, frozen=True):
    """A stored event of theirs, and where its line lies."""

    event_id: str
    visitor_id: str
    client_id: str | None
    client_session_id: str | None
    session_id: str
    object_key: str
    object_line: int
    is_whole: bool
    """Whether every session of its visitor is theirs."""


class Holdings:
    """What the warehouse holds on a person, and by which signs other lines of the lake are told."""

    def __init__(self, person: Person, events: list[PersonEvent]) -> None:
        self.person = person
        self.events = events

    @cached_property
    def visitors(self) -> dict[str, str]:
        """The visitor of each of their events, by its id."""
        return {one.event_id: one.visitor_id for one in self.events}

    @cached_property
    def own_clients(self) -> frozenset[str]:
        """Clients that nobody else was seen to use."""
        return frozenset(one.client_id for one in self.events if one.is_whole and one.client_id)

    @cached_property
    def places(self) -> Places:
        """Where the lines of their stored events lie."""
        places: Places = defaultdict(set)
        for one in self.events:
            places[one.object_key].add(one.object_line)
        return places

    @cached_property
    def signs(self) -> tuple[bytes, ...]:
        """Texts one of which stands in every line of theirs that says by a text whose it is."""
        named = {one.client_id or one.client_session_id for one in self.events}
        ids = self.person.user_ids | self.person.client_ids | {one for one in named if one}
        return tuple(msgspec.json.encode(one) for one in sorted(ids))

    @cached_property
    def numbers(self) -> re.Pattern[bytes] | None:
        """The same for ids that may be sent as numbers; None where they have no such ids."""
        digits = [one for one in self._own_ids if re.fullmatch(r"-?\d+", one, re.ASCII)]
        return re.compile(rb"[:\s](?:" + _any_of(digits) + rb")[\s,}]") if digits else None

    @cached_property
    def fields(self) -> re.Pattern[bytes]:
        """What names them in a field for an id, whatever else is in that field."""
        clients = self.person.client_ids | self.own_clients
        named = (("userId", self.person.user_ids), ("clientId", clients))
        fields = [_field(name, sorted(ids)) for name, ids in named if ids]
        return re.compile(b"|".join(fields) or NOTHING)

    @cached_property
    def names(self) -> re.Pattern[bytes]:
        """What names them in a line that is no event: a field of theirs, or a long id anywhere."""
        long = [one for one in self._own_ids if len(one) >= _TELLING]
        anywhere = rb'|"(?:' + _any_of(long) + rb')"' if long else b""
        return re.compile(self.fields.pattern + anywhere)

    @cached_property
    def _own_ids(self) -> list[str]:
        return sorted(self.person.user_ids | self.person.client_ids | self.own_clients)


def find_holdings(connection: psycopg.Connection, person: Person) -> Holdings:
    """Their events in the warehouse, as its sessions and sign-ins link them."""
    with connection.cursor(row_factory=class_row(PersonEvent)) as cursor:
        asked = {"users": list(person.user_ids), "clients": list(person.client_ids)}
        return Holdings(person, cursor.execute(PERSON_EVENTS, asked).fetchall())


def _field(name: str, ids: list[str]) -> bytes:
    """A field with one of the ids: as a text or a number, in a list, or first in an object."""
    opening = rb'"%b"\s*:[\s\[{"]*(?:\w+"\s*:[\s"]*)?' % name.encode()
    return opening + rb"(?:" + _any_of(ids) + rb')(?=["\s,\]}])'


def _any_of(ids: list[str]) -> bytes:
    return b"|".join(re.escape(msgspec.json.encode(one)[1:-1]) for one in ids)
