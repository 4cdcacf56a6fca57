"""All that is held on a person, as it lies in lake and warehouse."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import psycopg
from msgspec import Struct
from psycopg.rows import dict_row

from clickstream.contract import Rejected
from clickstream.contract.decode import decode_json
from clickstream.etl.privacy.lines import find_lines
from clickstream.etl.privacy.person import Holdings, Person, find_holdings
from clickstream.etl.rules import Rules
from clickstream.lake import Lake

ROOM: Final = Path(__file__).parent
DERIVED_KINDS: Final = ("session", "visitor", "sign_in", "order", "refund")
"""What is made of a person's events and kept row by row; `access_<kind>.sql` finds the rows."""


class Held(Struct, frozen=True, omit_defaults=True):
    """One thing that is held: an event as it was sent, or a row that was made of events."""

    kind: str
    """`event`, or one of DERIVED_KINDS."""
    data: object
    """The event with what was noted at its receipt; its bytes as text where it is no JSON."""
    object_key: str | None = None
    object_line: int | None = None


def held_on(
    lake: Lake, connection: psycopg.Connection, person: Person, *, rules: Rules
) -> Iterator[Held]:
    """Everything held on a person: events as they lie in the lake, then what was made of them.

    It is found as an erasure finds it, so that what is shown is what would go.
    """
    connection.autocommit = True
    holdings = find_holdings(connection, person)
    for found in find_lines(lake, holdings, rules):
        for number, raw in found.lines.items():
            yield Held("event", _readable(raw), found.key, number)
    for kind in DERIVED_KINDS:
        for row in _rows(connection, kind, holdings):
            yield Held(kind, row)


def _rows(
    connection: psycopg.Connection, kind: str, holdings: Holdings
) -> list[Mapping[str, object]]:
    statement = (ROOM / f"access_{kind}.sql").read_bytes()
    values = {
        "events": sorted(holdings.visitors),
        "sessions": sorted({one.session_id for one in holdings.events}),
        "visitors": sorted(set(holdings.visitors.values())),
        "users": sorted(holdings.person.user_ids),
        "own_visitors": sorted({one.visitor_id for one in holdings.events if one.is_whole}),
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        return list(cursor.execute(statement, values).fetchall())


def _readable(raw: bytes) -> object:
    try:
        document: object = msgspec.convert(decode_json(raw), dict)
    except (Rejected, msgspec.ValidationError):
        return raw.decode("utf-8", "replace")
    return document
