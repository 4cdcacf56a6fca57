"""What has to hold, as it is declared: the product's own checks, and a shop's."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from clickstream.errors import SettingsError

Kind = Literal[
    "unique", "not_null", "references", "accepted", "holds", "freshness", "volume", "reconcile",
    "sql",
]  # fmt: skip
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "unique": ("table", "columns"),
    "not_null": ("table", "columns"),
    "references": ("table", "column", "to"),
    "accepted": ("table", "column"),
    "holds": ("table", "condition"),
    "freshness": ("table", "time", "within"),
    "volume": ("table", "time"),
    "reconcile": ("table",),
    "sql": ("sql",),
}
"""What each kind of check has to be told."""


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check: its kind, where it looks, and what to do when it fails.

    `time` is the column by which recent rows are told, which are checked after each load. SQL in
    `where` and `condition` knows the table as `t`; a check of kind `sql` must return no rows.
    """

    name: str = ""
    kind: Kind = "sql"
    table: str = ""
    columns: tuple[str, ...] = ()
    column: str = ""
    to: str = ""
    values: tuple[str, ...] = ()
    pattern: str = ""
    condition: str = ""
    where: str = ""
    time: str = ""
    within: str = ""
    sql: str = ""
    severity: Literal["fail", "warn"] = "fail"
    expects: str = ""
    advice: str = ""
    is_own: bool = False


@cache
def built_in() -> tuple[Check, ...]:
    """The checks that stand beside the models."""
    text = resources.files("clickstream.quality").joinpath("checks.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return tuple(_read(name, table, own=False) for name, table in tables.items())


def read_checks(tables: Mapping[str, object]) -> tuple[Check, ...]:
    """The checks of the settings file's table [checks], after the built-in ones.

    One of a built-in name takes its place; `NAME = false` leaves it out. Raises `SettingsError`.
    """
    own = {name: table for name, table in tables.items() if table is not False}
    kept = [check for check in built_in() if check.name not in tables]
    return (*kept, *(_read(name, table, own=True) for name, table in own.items()))


def _read(name: str, table: object, *, own: bool) -> Check:
    key = f"CLICKSTREAM_CHECKS: {name}"
    if isinstance(table, str):
        table = {"sql": table}
    if not isinstance(table, dict):
        raise SettingsError(key, table, "a table, the text of a select, or false is expected")
    try:
        check = msgspec.convert({**table, "name": name, "is_own": own}, Check)
    except msgspec.ValidationError as error:
        raise SettingsError(key, table, f"{error}; see docs/quality.md") from error
    missing = [field for field in NEEDED[check.kind] if not getattr(check, field)]
    if check.kind == "accepted" and not (check.values or check.pattern):
        missing.append("values or pattern")
    if check.kind == "reconcile" and own:
        raise SettingsError(key, "reconcile", "a kind for shops is expected; use sql for this")
    if missing:
        raise SettingsError(key, table, f"a {check.kind} check needs {', '.join(missing)}")
    return check
