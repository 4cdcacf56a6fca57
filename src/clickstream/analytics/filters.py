"""Filters: texts such as ``channel=Email`` read into conditions, and conditions into SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from clickstream.analytics.fields import Field, Level, find_field
from clickstream.errors import ReportError

NONE: Final = ("", "(none)")
"""The values that mean that the field is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One field and its values, any of which satisfies it; or, negated, none of which may."""

    field: Field
    values: tuple[str, ...]
    is_negated: bool = False
    meets: sql.Composable | None = None
    """What has to hold, where that is more than the field having one of the values."""
    is_of_people: bool = False
    """Whether it holds for all of a person's sessions or for none."""


def read_filters(texts: Iterable[str]) -> tuple[Condition, ...]:
    """The conditions of texts ``FIELD=VALUE`` and ``FIELD!=VALUE``; all of them must hold.

    Values of one field are gathered into one condition. Raises ReportError for a text that is not
    of that form, or a field that does not exist.
    """
    gathered: dict[tuple[str, bool], Condition] = {}
    for text in texts:
        name, is_negated, value = read_filter(text)
        field = find_field(name)
        known = gathered.get((field.name, is_negated))
        values = (*known.values, value) if known else (value,)
        gathered[field.name, is_negated] = Condition(
            field=field, values=values, is_negated=is_negated
        )
    return tuple(gathered.values())


def read_filter(text: str) -> tuple[str, bool, str]:
    """The field's name of a text ``FIELD=VALUE``, whether it is ``!=``, and the value."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip("! "):
        raise ReportError(f"--filter is {text!r}; give FIELD=VALUE or FIELD!=VALUE")
    if "\x00" in value:
        raise ReportError(f"--filter {name} has a NUL character in its value; leave it out")
    return name.strip().removesuffix("!").rstrip(), name.strip().endswith("!"), value


def at_level(conditions: Iterable[Condition], level: Level) -> tuple[Condition, ...]:
    """Those conditions whose fields are properties of a session, an event or a line."""
    return tuple(condition for condition in conditions if condition.field.level == level)


def needs_value(condition: Condition) -> bool:
    """Whether the field must have a value for the condition to hold."""
    return not condition.is_negated and not any(value in NONE for value in condition.values)


def condition_sql(condition: Condition) -> sql.Composable:
    """The condition as an expression that is never null."""
    matching = _matching(condition) if condition.meets is None else condition.meets
    if condition.is_negated:
        return sql.SQL("(({}) is not true)").format(matching)
    return sql.SQL("({})").format(matching)


def _matching(condition: Condition) -> sql.Composable:
    expression, flag = condition.field.expression, condition.field.flag
    if flag is not None:
        wanted = [flag.names[value] for value in condition.values if value in flag.names]
        return sql.SQL("{} = any({}::boolean[])").format(flag.column, sql.Literal(wanted))
    exact = [value for value in condition.values if value not in NONE]
    patterns = [value for value in exact if condition.field.is_path and "*" in value]
    exact = [value for value in exact if value not in patterns]
    parts: list[sql.Composable] = []
    if exact:
        parts.append(sql.SQL("{} = any({})").format(expression, text_array(exact)))
    if patterns:
        likes = text_array([like_pattern(pattern) for pattern in patterns])
        parts.append(sql.SQL("{} like any({})").format(expression, likes))
    if any(value in NONE for value in condition.values):
        parts.append(sql.SQL("{} is null").format(expression))
    return sql.SQL(" or ").join(parts)


def text_array(values: Sequence[str]) -> sql.Composable:
    """A literal array of texts."""
    return sql.SQL("{}::text[]").format(sql.Literal(list(values)))


def like_pattern(pattern: str) -> str:
    """A page pattern, in which ``*`` stands for any run of characters, as LIKE reads it."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
