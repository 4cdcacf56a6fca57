"""Which objects of the lake are new, against the ledger of those that were loaded.

Each run lists the last 48 hours of receipt and every hour since the last listing whose objects
were all loaded; once a day, when asked, and always for a folder, the whole lake. So no hour is
forgotten because a run failed, and an import's old hours are found within a day.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Final

import psycopg
from msgspec import Struct

from clickstream.lake import EVENTS, Lake, hour_prefix

RECENT: Final = timedelta(hours=48)
WHOLE_EVERY: Final = timedelta(days=1)
_PAGE: Final = 5_000
"""Keys asked of the ledger at a time."""


class Window(Struct, frozen=True):
    """Hours of receipt, from the first's start to the second's end, both in UTC."""

    start: datetime
    end: datetime


class Discovery(Struct, frozen=True):
    """What a run looks through: the whole lake, or all hours from one on."""

    kind: str
    """`all` or `recent`, as etl_discoveries keeps it, or `window`, or `named`."""
    after: str | None
    """The hour's prefix from which keys are listed."""
    before: str | None = None
    """The hour's prefix at which the listing ends."""
    named: tuple[str, ...] | None = None
    """The objects themselves: no look at the lake at all."""


def plan(
    connection: psycopg.Connection, lake: Lake, now: datetime, *, everything: bool
) -> Discovery:
    """How far back this run has to look."""
    finished: dict[str, datetime] = dict(
        connection.execute("select kind, started_at from etl_discoveries").fetchall()
    )
    last_all, last_recent = finished.get("all"), finished.get("recent")
    is_due = last_all is None or now - last_all >= WHOLE_EVERY
    if everything or is_due or lake.url.startswith("file:"):
        return Discovery("all", None)
    since = max(filter(None, (last_all, last_recent)))
    return Discovery("recent", hour_prefix(min(now, since) - RECENT))


def plan_window(window: Window) -> Discovery:
    """A look at a window alone, whatever was loaded before."""
    return Discovery("window", hour_prefix(window.start), hour_prefix(window.end))


def plan_named(keys: tuple[str, ...]) -> Discovery:
    """No look at the lake at all: the objects are named."""
    return Discovery("named", None, named=keys)


def bounds(window: Window) -> tuple[str, str]:
    """The first key that a window may have, and the first beyond it."""
    return hour_prefix(window.start), hour_prefix(window.end + timedelta(hours=1))


def new_keys(connection: psycopg.Connection, lake: Lake, discovery: Discovery) -> Iterator[str]:
    """The keys that are not in the ledger, in order; all of them where a window is asked for."""
    keys = Keys(lake, discovery)
    while keys.fill(connection, 1):
        yield from keys


class Keys:
    """The keys that a run is to read, in order. They are taken from what was filled in before, so
    that a lake may read ahead while the connection that knows the ledger is at work elsewhere."""

    def __init__(self, lake: Lake, discovery: Discovery) -> None:
        named = discovery.named
        self._listed = iter(named) if named is not None else _listed(lake, discovery)
        self._is_again = named is not None or discovery.kind == "window"
        self._waiting = deque[str]()

    def fill(self, connection: psycopg.Connection, wanted: int) -> bool:
        """Have so many keys ready, if the lake has them; whether there are any."""
        while len(self._waiting) < wanted and (page := list(islice(self._listed, _PAGE))):
            self._waiting.extend(page if self._is_again else _not_loaded(connection, page))
        return bool(self._waiting)

    def __iter__(self) -> Iterator[str]:
        while self._waiting:
            yield self._waiting.popleft()


def still_there(lake: Lake, keys: Iterable[str]) -> set[str]:
    """Those of the keys whose objects the lake still holds."""
    asked = set(keys)
    folders = {key.rpartition("/")[0] for key in asked}
    return {one.key for folder in folders for one in lake.list(f"{folder}/") if one.key in asked}


def finish(connection: psycopg.Connection, discovery: Discovery, started_at: datetime) -> None:
    """Remember that all that a discovery found was loaded."""
    if discovery.kind in {"window", "named"}:
        return
    connection.execute(
        "insert into etl_discoveries (kind, started_at) values (%s, %s)"
        " on conflict (kind) do update set started_at = excluded.started_at",
        (discovery.kind, started_at),
    )


def _listed(lake: Lake, discovery: Discovery) -> Iterator[str]:
    keys: Iterable[str] = (one.key for one in lake.list(EVENTS, after=discovery.after))
    if discovery.before is not None:
        last = discovery.before
        keys = takewhile(lambda key: key[: len(last)] <= last, keys)
    return iter(keys)


def _not_loaded(connection: psycopg.Connection, keys: list[str]) -> Iterator[str]:
    """Those that are not in the ledger, in order."""
    rows = connection.execute(
        "select key from unnest(%s::text[]) with ordinality as listed (key, place)"
        " where not exists ("
        '   select from etl_objects where object_key = listed.key collate "C")'
        " order by place",
        (keys,),
    )
    return (row[0] for row in rows.fetchall())
