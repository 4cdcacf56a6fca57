"""The map of an import: which column of a file is which field of the contract."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from clickstream.contract import (
    Document,
    Element,
    Event,
    Order,
    Product,
    Reason,
    Rejected,
    parse_instant,
)
from clickstream.errors import ImportFileError

_PARTS: Final = {"product": Product, "order": Order, "element": Element}
_DIGITS: Final = re.compile(r"[+-]?\d{1,17}(\.\d{1,9})?", re.ASCII)
_INSTANTS: Final = frozenset({"eventTimestamp", "sentAt"})
_MILLISECONDS: Final = {"s": 1000.0, "ms": 1.0, "us": 0.001}
_OPEN: Final = ("properties.", "element.dataset.")
"""Below these any name is a target."""


def _names(struct: Any) -> set[str]:  # noqa: ANN401 - a struct's class, which mypy cannot name
    return {field.encode_name for field in msgspec.structs.fields(struct)}


_TARGETS: Final = frozenset(
    (_names(Event) - {"product", "order", "element", "items", "properties"})
    | {f"{part}.{name}" for part, struct in _PARTS.items() for name in _names(struct)}
) - {"element.dataset"}
CONTEXT: Final = {"userAgent": "user_agent", "country": "country"}
"""Targets beside the contract's, for what a request tells of its sender, and what the envelope
calls them."""


class TimeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file writes instants: RFC 3339 and the like, or in its own `format` (strptime)."""

    zone: str = "UTC"
    """Of instants that name none."""
    format: str | None = None
    unit: Literal["s", "ms", "us"] | None = None
    """Of instants that are numbers: since 1970, in milliseconds unless told otherwise."""

    def read(self, value: Any, field: str) -> datetime:  # noqa: ANN401 - as the file has it
        """The instant of a value. Raises `Rejected`."""
        text = value.strip() if isinstance(value, str) else value
        if self.unit is not None and (number := _number(text)) is not None:
            return parse_instant(number * _MILLISECONDS[self.unit], field=field)
        if isinstance(text, str):
            instant = _parse(text, self.format, self.zone)
            return instant or parse_instant(text, field=field)
        return parse_instant(text, field=field)


class ImportMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From columns to the contract. Targets in dots name fields of fields: `product.id`."""

    fields: dict[str, str]
    """Target to column."""
    format: Literal["csv", "ndjson"] | None = None
    header: list[str] | None = None
    """The names of a CSV file's columns, where its first line does not give them."""
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    time: TimeRule = TimeRule()
    defaults: dict[str, Any] = {}
    """Target to the value where the column is empty."""
    constants: dict[str, Any] = {}
    values: dict[str, dict[str, Any]] = {}
    """Target to a table from the file's values to the event's; others stay as they are."""
    deduplicate: bool = False
    """Whether equal rows are one event."""

    def columns(self) -> set[str]:
        """Every column that the map asks for."""
        return set(self.fields.values())

    def apply(self, row: Mapping[str, Any]) -> Document:
        """The event of a row, and what `CONTEXT` names beside it.

        Raises `Rejected` for an instant that cannot be read.
        """
        document: Document = {}
        for target, value in self.defaults.items():
            _set(document, target, value)
        for target, column in self.fields.items():
            value = look_up(row, column)
            if value is None or value == "":
                continue
            value = self.values[target].get(str(value), value) if target in self.values else value
            if target in _INSTANTS:
                value = self._instant(value, target)
            _set(document, target, value)
        for target, value in self.constants.items():
            _set(document, target, value)
        return document

    def _instant(self, value: Any, target: str) -> str:  # noqa: ANN401 - as the file has it
        return self.time.read(value, target).isoformat().replace("+00:00", "Z")


def map_text(path: Path) -> str:
    """What a map's file holds. Raises `ImportFileError`."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFileError(
            f"The map {path} cannot be read: {error}. Name a TOML file."
        ) from error


def read_map(text: str, *, name: str) -> ImportMap:
    """The map in a TOML text. Raises `ImportFileError` that says which entry is wrong."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), ImportMap)
    except tomllib.TOMLDecodeError as error:
        raise ImportFileError(f"{name} is no TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ImportFileError(f"{name} is no map for an import: {error}") from error
    for table in ("fields", "defaults", "constants", "values"):
        _check_targets(getattr(mapping, table), f"[{table}] of {name}")
    check_time(mapping.time, name)
    if not {"eventName", "eventTimestamp"} <= {
        *mapping.fields,
        *mapping.defaults,
        *mapping.constants,
    }:
        raise ImportFileError(
            f"{name} gives no eventName or no eventTimestamp, without which nothing can be "
            "imported; add both to [fields]"
        )
    if strange := mapping.values.keys() - mapping.fields.keys():
        raise ImportFileError(
            f"[values.{min(strange)}] of {name} has no column; add it to [fields]"
        )
    return mapping


def check_columns(mapping: ImportMap, columns: Iterable[str], *, name: str) -> None:
    """Raises `ImportFileError` where the map asks for a column that the file has not."""
    present = list(columns)
    missing = sorted(mapping.columns() - set(present))
    if missing:
        raise ImportFileError(
            f"{name} has no column {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, present))}; correct [fields] of the map"
        )


def _check_targets(targets: Iterable[str], where: str) -> None:
    for target in targets:
        is_open = any(target.startswith(prefix) and target != prefix for prefix in _OPEN)
        if target not in _TARGETS and target not in CONTEXT and not is_open:
            raise ImportFileError(
                f"{target!r} in {where} is no field of the contract; use one of "
                f"{', '.join([*sorted(_TARGETS), *CONTEXT])}, or properties.{target}"
            )


def check_time(time: TimeRule, name: str) -> None:
    try:
        ZoneInfo(time.zone)
    except (KeyError, ValueError, OSError) as error:
        raise ImportFileError(
            f"zone {time.zone!r} in [time] of {name} is no IANA zone; "
            "use one such as UTC or Asia/Ho_Chi_Minh"
        ) from error
    if time.format is not None and "%" not in time.format:
        raise ImportFileError(
            f"format {time.format!r} in [time] of {name} is no strptime format; "
            "use one such as %Y-%m-%d %H:%M:%S, or leave it out for RFC 3339"
        )


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return float(value)
    return None


@lru_cache(maxsize=4096)
def _parse(text: str, form: str | None, zone: str) -> datetime | None:
    """The instant in UTC; None where the contract's own forms are to be tried."""
    try:
        if form is not None:
            instant = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        else:
            instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=ZoneInfo(zone))
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if form is None:
            return None
        raise Rejected(
            Reason.INVALID_TIMESTAMP,
            f"eventTimestamp is {text[:64]!r}, which is not of the form {form!r}",
            field="eventTimestamp",
        ) from error


def look_up(row: Mapping[str, Any], column: str) -> Any:  # noqa: ANN401 - as the file has it
    """The value of a column; in NDJSON also of a field of a field, `a.b`."""
    if column in row:
        return row[column]
    head, dot, rest = column.partition(".")
    inner = row.get(head) if dot else None
    return look_up(inner, rest) if isinstance(inner, Mapping) else None


def _set(document: Document, target: str, value: object) -> None:
    """Sets a field, or a field of a field; below `properties` dots are part of the name."""
    parts = target.split(".", 2 if target.startswith("element.dataset.") else 1)
    for part in parts[:-1]:
        document = document.setdefault(part, {})
    document[parts[-1]] = value
