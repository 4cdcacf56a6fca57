"""Rows kept since the load: the default questions of the slow reports, asked before anybody does.

A load, and everything else that changes what reports read, raises ``data_version`` in its own
transaction. Kept rows belong to one version and one query, text and values; a reader sees both in
one snapshot, so what is kept is what the query would answer now. Only queries that take long are
kept: each is asked as ``run_report`` asks it.
"""

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import psycopg
from msgspec import Struct
from psycopg import sql
from psycopg.adapt import Transformer
from psycopg.pq import Format
from psycopg.pq.abc import PGresult

from clickstream.analytics.query import Plan, Query, bind, template
from clickstream.analytics.report import Row

KEPT: Final = (
    "overview", "products", "segments", "customers", "breakdown", "acquisition", "retention",
    "lifecycle", "clicks", "orders", "attribution", "events", "funnel", "pages", "journeys",
    "search",
)  # fmt: skip
"""The reports whose default questions are kept, those that take long last: where time runs out,
most are kept. Their queries depend on days, and on no instant."""
SLOW: Final = 0.05
"""Seconds from which on a query's rows are kept."""
SHARE: Final = 20
"""Keeping takes at most one part in so many of the time."""


class Rows(Struct, frozen=True, array_like=True):
    """The rows of a query as the server sent them: names and types of the columns, and texts."""

    names: tuple[str, ...]
    types: tuple[int, ...]
    texts: list[list[bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One query's rows, to be kept, and the state of the data that they tell."""

    question: bytes
    version: int
    report: str
    seconds: float
    rows: bytes


def digest(query: Query) -> bytes:
    """What tells a query from all others: a digest of its text and its values."""
    text = query.statement.as_string(None)
    values = sorted((name, repr(value)) for name, value in query.values.items())
    return hashlib.blake2b(repr((text, values)).encode(), digest_size=16).digest()


def lookup(plan: Plan) -> Query:
    """The query for what is kept of a plan's queries."""
    questions = [digest(query) for query in plan.queries.values()]
    return bind(template("kept").format(questions=sql.Literal(questions)))


def read_kept(
    connection: psycopg.Connection | psycopg.AsyncConnection, plan: Plan, found: Sequence[Row]
) -> dict[str, list[Row]]:
    """The rows of those of a plan's queries that were found, by the query's name."""
    kept = {bytes(row["question"]): row["rows"] for row in found}
    known = {name: kept.get(digest(query)) for name, query in plan.queries.items()}
    return {name: decode(connection, rows) for name, rows in known.items() if rows is not None}


def encode(result: PGresult) -> bytes:
    """A query's result as it is kept."""
    columns, rows = range(result.nfields), range(result.ntuples)
    return msgspec.msgpack.encode(
        Rows(
            names=tuple((result.fname(column) or b"").decode() for column in columns),
            types=tuple(result.ftype(column) for column in columns),
            texts=[[result.get_value(row, column) for column in columns] for row in rows],
        )
    )


def decode(connection: psycopg.Connection | psycopg.AsyncConnection, kept: bytes) -> list[Row]:
    """The rows, with the values that the connection would have read."""
    rows = msgspec.msgpack.decode(kept, type=Rows)
    reader = Transformer(connection)
    reader.set_loader_types(rows.types, Format.TEXT)
    return [dict(zip(rows.names, reader.load_sequence(row), strict=True)) for row in rows.texts]


def ask(
    connection: psycopg.Connection, report: str, plan: Plan, *, without: Collection[bytes]
) -> list[Found]:
    """Those of a plan's queries that take long, with their rows; in the caller's transaction.

    Reports share queries: the questions in ``without`` were asked already.
    """
    version = _version(connection)
    found = []
    for query in plan.queries.values():
        if digest(query) in without:
            continue
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(query.statement, query.values or None, prepare=False)
            seconds = time.perf_counter() - began
            if seconds >= SLOW and cursor.pgresult is not None:
                found.append(
                    Found(
                        question=digest(query), version=version, report=report, seconds=seconds,
                        rows=encode(cursor.pgresult),
                    )
                )  # fmt: skip
    return found


def store(connection: psycopg.Connection, found: Sequence[Found]) -> None:
    """Keep rows; those of an older state of the data go."""
    with connection.transaction():
        connection.execute("delete from kept_results where version <> %s", [_version(connection)])
        for one in found:
            connection.execute(_STORE, _values(one))


def is_due(connection: psycopg.Connection, *, now: datetime) -> bool:
    """Whether rows may be kept again: keeping them took less than its part of the time."""
    row = connection.execute("select rest_until from data_version").fetchone()
    connection.rollback()
    return row is not None and (row[0] is None or row[0] <= now)


def rest(connection: psycopg.Connection, *, now: datetime, took: timedelta) -> None:
    """Keep nothing for as long as keeping needs to become its part of the time."""
    with connection.transaction():
        connection.execute("update data_version set rest_until = %s", [now + SHARE * took])


def _values(found: Found) -> Mapping[str, Any]:
    return {name: getattr(found, name) for name in Found.__slots__}


def _version(connection: psycopg.Connection) -> int:
    row = connection.execute("select version from data_version").fetchone()
    return int(row[0]) if row else 0


_STORE: Final = (
    "insert into kept_results (question, version, report, seconds, rows) values"
    " (%(question)s, %(version)s, %(report)s, %(seconds)s, %(rows)s)"
    " on conflict (question) do update set version = excluded.version, report = excluded.report,"
    " seconds = excluded.seconds, rows = excluded.rows"
)
