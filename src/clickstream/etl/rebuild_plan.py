"""How much a rebuild has to do, and whether the lake still has what it needs."""

from collections.abc import Callable

import psycopg
from msgspec import Struct

from clickstream.etl.discover import Window, bounds
from clickstream.lake import EVENTS, Lake

Progress = Callable[[float, str], None]
"""Is told the share that is done, from 0 to 1, and a few words."""


class Work(Struct, frozen=True):
    """What lies before a rebuild. Shares of it are measured in bytes of the lake."""

    lake_bytes: int
    """To be read from the lake."""
    copied_bytes: int
    """Of objects whose events are taken from the live tables."""
    events: int
    """In the live tables, about."""
    missing: int
    """Objects that the ledger has, the lake no more, and the live tables will not make up for."""
    first_missing: str | None

    @property
    def _all_bytes(self) -> int:
        return max(1, self.lake_bytes + self.copied_bytes)

    def share(self, read: int) -> float:
        """Of the whole, once so many bytes are read from the lake."""
        return min(1.0, (self.copied_bytes + read) / self._all_bytes)

    def copied_share(self, events: int) -> float:
        """Of the whole, once so many events are taken from the live tables."""
        done = min(1.0, events / max(1, self.events))
        return done * self.copied_bytes / self._all_bytes


def list_lake(connection: psycopg.Connection, lake: Lake) -> None:
    """Write the lake's keys and sizes into a temporary table, `listed`."""
    connection.execute("drop table if exists pg_temp.listed")
    connection.execute(
        'create temp table listed (object_key text collate "C" primary key, size bigint not null)'
    )
    with connection.cursor().copy("copy listed from stdin") as copy:
        for one in lake.list(EVENTS):
            copy.write_row(one)


def measure(connection: psycopg.Connection, window: Window | None) -> Work:
    """The work that the listed objects make. Outside of a window nothing is read from the lake."""
    first, last = bounds(window) if window else ("", "~")
    values = {"first": first, "last": last}
    sizes = connection.execute(
        "select coalesce(sum(size) filter (where is_read), 0)::bigint,"
        " coalesce(sum(size) filter (where not is_read), 0)::bigint"
        " from (select size, object_key >= %(first)s and object_key < %(last)s as is_read"
        " from listed) as sized",
        values,
    ).fetchone()
    missing = connection.execute(
        "select count(*), min(object_key) from etl_objects"
        " where object_key >= %(first)s and object_key < %(last)s and not exists ("
        "   select from listed where listed.object_key = etl_objects.object_key)",
        values,
    ).fetchone()
    events = connection.execute(
        "select coalesce(sum(events), 0)::bigint from daily_metrics"
    ).fetchone()
    return Work(*(sizes or (0, 0)), *(events or (0,)), *(missing or (0, None)))
