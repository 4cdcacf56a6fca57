"""How fresh the warehouse is: cheap enough to be asked every few seconds."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.rows import dict_row

from clickstream.analytics.query import bind, template


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """``version`` differs whenever rows may; ``loaded_at`` is the end of the latest load."""

    version: str
    loaded_at: dt.datetime | None
    has_events: bool


async def aread_freshness(connection: psycopg.AsyncConnection) -> Freshness:
    """The freshness of the warehouse now."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(FRESHNESS.statement, prepare=False)
        row = await cursor.fetchone()
    if row is None:
        raise AssertionError("a select without a table gives one row")
    return Freshness(
        version=row["version"] or "", loaded_at=row["loaded_at"], has_events=row["has_events"]
    )


FRESHNESS: Final = bind(template("freshness"))
