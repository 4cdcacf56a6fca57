"""One load: from staged rows to finished tables, in the caller's transaction.

The result does not depend on how events were split into loads, nor on their order or repetition:
see ARCHITECTURE.md for the recipe and tests/etl/test_any_split.py for the proof.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Self

import psycopg
from msgspec import Struct
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.copy import Writer

from clickstream.warehouse.models import model

SIFTING: Final = ("duplicates", "fresh_lines")
SETTLING: Final = (
    "rivals",
    "fresh",
    "region",
    "before",
    "placed",
    "after",
    "sessions",
    "first_visits",
    "product_lines_before",
    "orphaned_attributes",
    "orders_before",
    "version",
    "apply",
    "users",
    "visitors",
    "orders",
    "refunds",
    "product_attributes",
    "changes",
    "changed_visitors",
)
"""In the order in which they run; `models/<step>.sql` says what each one does. Sifting touches
nothing but what is staged, so that another load may settle meanwhile."""
PLANS: Final = {
    "rivals": ("seqscan", "hashjoin", "mergejoin"),
    **dict.fromkeys(
        (
            "first_visits",
            "orphaned_attributes",
            "orders_before",
            "users",
            "visitors",
            "orders",
            "refunds",
            "product_attributes",
        ),
        ("seqscan",),
    ),
}
"""Ways of the planner that a step must not go: those that look up a few rows of large tables never
read them whole, so that a load's cost follows the batch, whatever the planner heard of them."""
AGGREGATES: Final = {
    "daily_metrics": ("day", "is_bot", "is_internal"),
    "hourly_metrics": ("hour", "is_bot", "is_internal"),
    "daily_orders": ("day", "currency", "is_bot", "is_internal"),
    "daily_products": ("day", "product_id", "currency", "is_bot", "is_internal"),
    "daily_pages": ("day", "page_host", "page_path", "is_bot", "is_internal"),
    "daily_funnel": ("day", "step", "is_bot", "is_internal"),
    "daily_transitions": ("day", "from_path", "to_path", "is_bot", "is_internal"),
}
"""Each aggregate and its key; every other column is a sum that a load adds to."""
ANALYZED: Final = {
    "duplicates": ("stage (row, event_id, visitor_id, event_timestamp)",),
    "rivals": ("rivals",),
    "fresh": ("gone",),
    "region": ("region",),
    "before": ("before", "old_sessions"),
    "placed": ("placed",),
    "after": ("after",),
    "sessions": ("new_sessions",),
    "first_visits": ("first_sessions", "moved_sessions"),
    "fresh_lines": ("fresh_lines",),
    "orders_before": ("touched_orders", "touched_refunds", "old_orders", "old_refunds"),
    "changes": ("changed_events", "changed_sessions", "product_lines"),
}
"""The temporary tables that a step fills and later ones join."""


SESSION: Final = """
    set work_mem = '64MB'; set temp_buffers = '128MB'; set default_statistics_target = 10
"""
"""Memory for a slice of 100,000 events, taken as it is needed; and samples of 3,000 rows, for a
step only has to know whether a temporary table is small or large."""
WriteRow = Callable[[Sequence[Any]], None]


class Counts(Struct, frozen=True):
    """What one load did with its staged events."""

    loaded: int
    """New in the warehouse, or in the place of another of the same id."""
    duplicates: int
    """Left out, for another event of the same id stands."""
    replaced: int
    """Stored events that had to give way to an earlier one of the same id."""


class Loader:
    """Loads batches over one connection, one at a time. The connection may not be shared."""

    def __init__(self, connection: psycopg.Connection, *, timezone: str) -> None:
        self._connection = connection
        self._timezone = timezone
        self._types: dict[str, dict[str, str]] = {}
        self._merges: list[sql.Composed] = []

    def prepare(self) -> None:
        """Set the session up, and make its temporary tables where it has none yet."""
        self._connection.execute(SESSION)
        self._connection.prepare_threshold = None
        self._connection.execute(sql.SQL("set timezone = {}").format(sql.Literal(self._timezone)))
        with self._connection.transaction():
            made = self._connection.execute("select to_regclass('pg_temp.stage')").fetchone()
            if made == (None,):
                self._connection.execute(model("stage"))
                for aggregate in AGGREGATES:
                    self._connection.execute(_DIFFERENCE.format(**_difference(aggregate)))
            for table in ("stage", "stage_items"):
                self._types[table] = dict(self._columns(table))
            self._merges = [self._merge(*aggregate) for aggregate in AGGREGATES.items()]

    @contextmanager
    def copying(self, table: str, columns: Sequence[str]) -> Iterator[WriteRow]:
        """A function that writes rows of `columns` into a staged table, as long as the block lasts.

        Until then the connection can do nothing else.
        """
        with self._connection.cursor() as cursor, cursor.copy(_copy(table, columns)) as copy:
            copy.set_types(self._column_types(table, columns))
            yield copy.write_row

    def encoder(self, table: str, columns: Sequence[str]) -> "Encoder":
        """An encoder of rows for a staged table, which needs no server for it."""
        return Encoder(self._connection, self._column_types(table, columns))

    def stage(self, table: str, columns: Sequence[str], rows: "Encoder") -> None:
        """Write encoded rows, which hold `columns` in order, into a staged table."""
        with self._connection.cursor() as cursor, cursor.copy(_copy(table, columns)) as copy:
            for chunk in rows.chunks:
                copy.write(chunk)

    def sift(self, repeated: Sequence[str] = ()) -> int:
        """Leave one of the staged events of an id, and say how many were left out.

        `repeated` are the event ids that several staged rows have.
        """
        staged = self._count("stage")
        self._connection.execute(_REPEATED, (list(repeated),))
        for step in SIFTING:
            self._run(step)
        return staged - self._count("stage")

    def settle(self) -> Counts:
        """Bring what was sifted into the tables: events, sessions, orders, aggregates."""
        sifted = self._count("stage")
        for step in SETTLING[: SETTLING.index("region")]:
            self._run(step)
        fresh, replaced = self._count("stage"), self._count("gone")
        if fresh:
            self._apply()
        return Counts(loaded=fresh, duplicates=sifted - fresh, replaced=replaced)

    def remove(self) -> int:
        """Take the stored events that `gone` lists out of the tables, and say how many they were.

        What remains is what the tables would be had they never been loaded.
        """
        removed = self._count("gone")
        if removed:
            self._connection.execute("analyze gone")
            self._apply()
        return removed

    def _apply(self) -> None:
        """What is staged comes and what is `gone` goes, in all that follows from events."""
        for step in SETTLING[SETTLING.index("region") :]:
            self._run(step)
        for merge in self._merges:
            self._connection.execute(merge)

    def _run(self, step: str) -> None:
        shut = PLANS.get(step, ())
        ways = [
            f"set local enable_{way} = {'off' if way in shut else 'on'};"
            for way in ("seqscan", "hashjoin", "mergejoin")
        ]
        analyses = [f"analyze {table};" for table in ANALYZED.get(step, ())]
        self._connection.execute("\n".join([*ways, model(step), *analyses]))

    def _merge(self, aggregate: str, key: Sequence[str]) -> sql.Composed:
        """Adds a batch's difference to an aggregate; rows that come to nothing are removed."""
        names = [name for name, _kind in self._columns(aggregate)]
        sums = [name for name in names if name not in key]
        return _MERGE.format(
            **_difference(aggregate),
            query=sql.SQL(model(f"aggregates/{aggregate}")),
            columns=_names(names),
            key=_names(key),
            some=_joined("{0} <> 0", sums, " or "),
            added=_joined("{0} = stored.{0} + excluded.{0}", sums, ", "),
            same=_joined("stored.{0} = difference.{0}", key, " and "),
            none=_joined("stored.{0} = 0", sums, " and "),
        )

    def _count(self, table: str) -> int:
        statement = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
        row = self._connection.execute(statement).fetchone()
        return int(row[0]) if row else 0

    def _columns(self, table: str) -> list[tuple[str, str]]:
        """A table's columns and their types, in order."""
        rows = self._connection.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " order by attnum",
            (table,),
        )
        return [(str(name), str(kind)) for name, kind in rows]

    def _column_types(self, table: str, columns: Sequence[str]) -> list[str]:
        return [self._types[table][name] for name in columns]


class Encoder:
    """Rows in PostgreSQL's binary COPY format, kept in memory until they are staged."""

    def __init__(self, connection: psycopg.Connection, types: Sequence[str]) -> None:
        self.chunks: list[bytes] = []
        self._copy = psycopg.Copy(connection.cursor(), binary=True, writer=_Keeper(self.chunks))
        self._copy.set_types(types)
        self.write_row: WriteRow = self._copy.write_row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._copy.finish(None)


class _Keeper(Writer):
    """A writer that keeps what it is given."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    def write(self, data: Buffer) -> None:
        self._chunks.append(bytes(data))


def _copy(table: str, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(table), _names(columns)
    )


_REPEATED: Final = "insert into repeated select distinct unnest(%s::text[])"
_DIFFERENCE: Final = sql.SQL("create temp table {difference} (like {table}) on commit delete rows")
_MERGE: Final = sql.SQL("""
    insert into {difference} ({columns})
    select {columns} from ({query}) as computed
    where {some};
    insert into {table} as stored ({columns})
    select {columns} from {difference}
    on conflict ({key}) do update set {added};
    delete from {table} as stored using {difference} as difference where {same} and {none}
""")


def _difference(aggregate: str) -> dict[str, sql.Identifier]:
    return {
        "table": sql.Identifier(aggregate),
        "difference": sql.Identifier(f"{aggregate}_difference"),
    }


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _joined(template: str, names: Iterable[str], separator: str) -> sql.Composed:
    parts = [sql.SQL(template).format(sql.Identifier(name)) for name in names]
    return sql.SQL(separator).join(parts)
