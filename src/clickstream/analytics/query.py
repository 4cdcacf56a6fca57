"""Queries as data: composed SQL from files beside this one, values bound, nothing run here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from psycopg import sql

from clickstream.analytics.report import Column, Row

Results = Mapping[str, Sequence[Row]]
"""The rows of each query of a plan, by the query's name."""


@dataclass(frozen=True, slots=True)
class Query:
    """One statement, its values bound: named placeholders in the text, their values beside it."""

    statement: sql.Composed
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a report's module makes of its rows; the runner adds what all reports have."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    params: Mapping[str, object] = field(default_factory=dict)
    summary: Mapping[str, object] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The queries that a report needs, and the pure function from their rows to its answer."""

    queries: Mapping[str, Query]
    shape: Callable[[Results], Answer]


@cache
def template(name: str) -> sql.SQL:
    """The text of ``NAME.sql`` beside this module, with ``{fragment}`` where SQL is composed in."""
    text = resources.files("clickstream.analytics").joinpath(f"{name}.sql").read_text("utf-8")
    return sql.SQL(text.strip())


def compose(name: str, **fragments: sql.Composable) -> Query:
    """The query of ``NAME.sql`` with its fragments, each literal in them a bound value."""
    return bind(template(name).format(**fragments))


def bind(statement: sql.Composable) -> Query:
    """A query whose literals have become named placeholders; equal values share one."""
    values: dict[str, Any] = {}
    names: dict[str, str] = {}

    def placeholder(literal: sql.Literal) -> sql.Placeholder:
        value = literal._obj
        name = names.setdefault(f"{type(value).__name__}:{value!r}", f"v{len(names)}")
        values[name] = value
        return sql.Placeholder(name)

    parts = [
        placeholder(part) if isinstance(part, sql.Literal) else part for part in _leaves(statement)
    ]
    return Query(sql.Composed(parts), values)


def _leaves(part: sql.Composable) -> Iterator[sql.Composable]:
    if isinstance(part, sql.Composed):
        for inner in part:
            yield from _leaves(inner)
    else:
        yield part


def all_of(conditions: Sequence[sql.Composable]) -> sql.Composable:
    """The conditions and-ed; true where there are none."""
    return sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")
