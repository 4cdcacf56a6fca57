"""The query of a check: rows that must not be there, as key, expected and found."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from psycopg import sql

from clickstream.errors import SettingsError
from clickstream.quality.declared import Check

_DURATION: Final = re.compile(r"(\d{1,5})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
LEAST_SHARE, MOST_SHARE = 0.3, 3.0
"""A day's volume is usual between these shares of the mean of its weekday."""
LEAST_VOLUME: Final = 100


def violations(
    check: Check, columns: Mapping[str, frozenset[str]], *, recent: bool
) -> sql.Composed:
    """The query of a check; with `recent`, of rows since `%(since)s` alone.

    `columns` are the warehouse's tables and views with their columns: nothing else may be named.
    """
    if check.kind == "sql":
        return _own(check)
    if check.kind == "reconcile":
        return sql.Composed([sql.SQL(_file(check.name))])
    _refuse_unknown(check, columns)
    return _COMPOSERS[check.kind](check, _scope(check, recent=recent))


def expectation(check: Check) -> str:
    """What a check expects, in words."""
    return (
        check.expects
        or {
            "unique": f"one row for each {', '.join(check.columns)}",
            "not_null": f"a value in {', '.join(check.columns)}",
            "references": f"each {check.column} in {check.to}",
            "accepted": f"{check.column} "
            + (f"one of {', '.join(check.values)}" if check.values else f"like {check.pattern}"),
            "holds": check.condition.replace("t.", ""),
            "freshness": f"{check.time} within {check.within}",
            "volume": f"{LEAST_SHARE:g} to {MOST_SHARE:g} times the mean of its weekday",
            "reconcile": "the same numbers as in what it is made of",
            "sql": "no rows",
        }[check.kind]
    )


def _unique(check: Check, scope: sql.Composable) -> sql.Composed:
    names = sql.SQL(", ").join(_column(name) for name in check.columns)
    return sql.SQL(
        "select concat_ws(' ', {names}) as key, '1' as expected, count(*)::text as found"
        " from {table} as t where {scope} group by {names} having count(*) > 1"
    ).format(names=names, table=sql.Identifier(check.table), scope=scope)


def _not_null(check: Check, scope: sql.Composable) -> sql.Composed:
    missing = sql.SQL(" or ").join(
        sql.SQL("{} is null").format(_column(name)) for name in check.columns
    )
    return _rows(check, scope, sql.SQL("({})").format(missing))


def _references(check: Check, scope: sql.Composable) -> sql.Composed:
    table, column = check.to.split(".")
    return sql.SQL(
        "select {column}::text as key, null as expected, 'missing' as found from {table} as t"
        " where {scope} and {column} is not null and not exists"
        " (select 1 from {target} as target where target.{key} = {column})"
    ).format(
        column=_column(check.column), table=sql.Identifier(check.table), scope=scope,
        target=sql.Identifier(table), key=sql.Identifier(column),
    )  # fmt: skip


def _accepted(check: Check, scope: sql.Composable) -> sql.Composed:
    column = sql.SQL("{}::text").format(_column(check.column))
    refused = (
        sql.SQL("not {} = any({})").format(
            column, sql.Literal([_escaped(value) for value in check.values])
        )
        if check.values
        else sql.SQL("{} !~ {}").format(column, sql.Literal(_escaped(check.pattern)))
    )
    return sql.SQL(
        "select {column} as key, null as expected, count(*)::text as found from {table} as t"
        " where {scope} and {refused} group by 1"
    ).format(column=column, table=sql.Identifier(check.table), scope=scope, refused=refused)


def _holds(check: Check, scope: sql.Composable) -> sql.Composed:
    return _rows(check, scope, sql.SQL("not coalesce(({}), true)").format(_text(check.condition)))


def _freshness(check: Check, scope: sql.Composable) -> sql.Composed:
    number, unit = _duration(check)
    return sql.SQL(
        "select {name} as key, null as expected, coalesce(latest::text, 'nothing') as found"
        " from (select max({time}) as latest from {table} as t where {scope}) as newest"
        " where latest is null or latest < %(now)s::timestamptz - {age}::interval"
    ).format(
        name=sql.Literal(f"{check.table}.{check.time}"), time=_column(check.time),
        table=sql.Identifier(check.table), scope=scope, age=sql.Literal(f"{number} {unit}"),
    )  # fmt: skip


def _volume(check: Check, scope: sql.Composable) -> sql.Composed:
    text = sql.SQL(_file("volume"))
    return text.format(
        time=_column(check.time), table=sql.Identifier(check.table), scope=scope,
        least=sql.Literal(LEAST_SHARE), most=sql.Literal(MOST_SHARE),
        least_volume=sql.Literal(LEAST_VOLUME),
    )  # fmt: skip


_COMPOSERS: Final = {
    "unique": _unique,
    "not_null": _not_null,
    "references": _references,
    "accepted": _accepted,
    "holds": _holds,
    "freshness": _freshness,
    "volume": _volume,
}


def _rows(check: Check, scope: sql.Composable, is_wrong: sql.Composable) -> sql.Composed:
    """Rows for which something is wrong, named by the table's first column."""
    return sql.SQL(
        "select (to_jsonb(t) ->> {first}) as key, null as expected, null as found"
        " from {table} as t where {scope} and {is_wrong}"
    ).format(
        first=sql.Literal(_KEYS.get(check.table, check.columns[0] if check.columns else "")),
        table=sql.Identifier(check.table), scope=scope, is_wrong=is_wrong,
    )  # fmt: skip


_KEYS: Final = {
    "events": "event_id", "event_items": "event_id", "sessions": "session_id",
    "visitors": "visitor_id", "orders": "order_id", "refunds": "event_id", "etl_runs": "run_id",
}  # fmt: skip


def _scope(check: Check, *, recent: bool) -> sql.Composable:
    conditions: list[sql.Composable] = []
    if check.where:
        conditions.append(sql.SQL("({})").format(_text(check.where)))
    if recent and check.time and check.kind not in {"freshness", "volume"}:
        conditions.append(sql.SQL("{} >= %(since)s").format(_column(check.time)))
    return sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")


def _own(check: Check) -> sql.Composed:
    """A shop's own select; it is run as the reader, in a transaction that cannot write."""
    return sql.SQL(
        "select to_jsonb(found)::text as key, null as expected, null as found from ({}) as found"
    ).format(_text(check.sql.strip().rstrip(";")))


def _text(text: str) -> sql.Composable:
    """SQL that a person wrote, in which a per cent sign is no placeholder."""
    return sql.SQL(_escaped(text))


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _column(name: str) -> sql.Composable:
    return sql.Identifier("t", name)


def _duration(check: Check) -> tuple[str, str]:
    match = _DURATION.fullmatch(check.within)
    if match is None:
        raise SettingsError(
            f"CLICKSTREAM_CHECKS: {check.name}.within", check.within, "30m, 24h or 14d is expected"
        )
    return match[1], _UNITS[match[2]]


def _refuse_unknown(check: Check, columns: Mapping[str, frozenset[str]]) -> None:
    """Raise `SettingsError` where a check names a table or column that is not there."""
    named = [(check.table, name) for name in (*check.columns, check.column, check.time) if name]
    if check.to:
        table, _, column = check.to.partition(".")
        named.append((table, column))
    for table, column in named or [(check.table, "")]:
        key = f"CLICKSTREAM_CHECKS: {check.name}"
        if table not in columns:
            raise SettingsError(key, table, f"a table is expected: {', '.join(sorted(columns))}")
        if column and column not in columns[table]:
            known = ", ".join(sorted(columns[table]))
            raise SettingsError(
                key, f"{table}.{column}", f"a column of {table} is expected: {known}"
            )


@cache
def _file(name: str) -> str:
    return (
        resources.files("clickstream.quality").joinpath(f"reconcile/{name}.sql").read_text("utf-8")
    )
