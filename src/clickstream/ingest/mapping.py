"""The map of an import: which column of a file is which field of the contract."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from clickstream.contract import (
    Document,
    Element,
    Event,
    Item,
    Order,
    Product,
    Reason,
    Rejected,
    parse_instant,
)
from clickstream.errors import ImportFileError
from clickstream.ingest.rows import UTF_8

_PARTS: Final = {"product": Product, "order": Order, "element": Element, "items": Item}
_DIGITS: Final = re.compile(r"[+-]?\d{1,17}(\.\d{1,9})?", re.ASCII)
CAMPAIGN: Final[tuple[str, ...]] = (
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
)
"""Targets beside the contract's: the traffic source, which goes into the page's address."""
_WHOLE: Final = re.compile(r"[+-]?\d{1,15}(\.0+)?", re.ASCII)
_AMOUNTS: Final = frozenset(
    {"product.price", "product.discountPrice", "items.price", "items.discountPrice"}
    | {"order.value", "order.tax", "order.shipping"}
)
_COUNTS: Final = frozenset({"items.quantity", "engagementTimeMs", "scrollPercent"})
_INSTANTS: Final = frozenset({"eventTimestamp", "sentAt"})
_DAY: Final = re.compile(r"(19|20)\d\d[01]\d[0-3]\d", re.ASCII)
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
    """Of instants that are numbers: since 1970, in the unit that their size tells unless given."""

    def read(self, value: Any, field: str) -> datetime:  # noqa: ANN401 - as the file has it
        """The instant of a value. Raises `Rejected`."""
        text = value.strip() if isinstance(value, str) else value
        is_day = isinstance(text, str) and _DAY.fullmatch(text) is not None
        if self.format is None and not is_day and (number := _number(text)) is not None:
            unit = self.unit or _likely_unit(number)
            return parse_instant(number * _MILLISECONDS[unit], field=field)
        if isinstance(text, str):
            instant = _parse(text, self.format, self.zone)
            if instant is not None:
                return instant
        try:
            return parse_instant(text, field=field)
        except Rejected as rejected:
            hint = "; or say in the map's [time] which format it has"
            raise Rejected(rejected.reason, rejected.message + hint, field=field) from rejected


class ImportMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From columns to the contract. Targets in dots name fields of fields: `product.id`."""

    fields: dict[str, str]
    """Target to column."""
    format: Literal["csv", "ndjson"] | None = None
    header: list[str] | None = None
    """The names of a CSV file's columns, where its first line does not give them."""
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    encoding: str = UTF_8
    """Of a CSV file."""
    decimal: Literal[".", ","] | None = None
    """What stands before the decimals of amounts, where thousands are set apart by the other."""
    group: str | None = None
    """A column: rows that follow each other with the same value in it, and name, are one event."""
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
            _set(document, target, self._value(target, value))
        for target, value in self.constants.items():
            _set(document, target, value)
        if "items" in document:
            document["items"] = [document["items"]]
        if campaign := {name: document.pop(name) for name in CAMPAIGN if name in document}:
            document["pageUrl"] = _address(document.get("pageUrl"), campaign)
        if document.get("eventName") == "refund":
            _leave_out_signs(document)
        return document

    def combine(self, rows: Iterable[Mapping[str, Any]]) -> Document:
        """The event of rows that tell of one: as the first says, with the items of all.

        Raises `Rejected`.
        """
        first, *others = (self.apply(row) for row in rows)
        for other in others:
            first["items"] = [*first.get("items", ()), *other.get("items", ())]
        return first

    def _value(self, target: str, value: Any) -> Any:  # noqa: ANN401 - as the file has it
        known = self.values.get(target)
        if known is not None and str(value) in known:
            return known[str(value)]
        if target in _INSTANTS:
            return self._instant(value, target)
        if target in _COUNTS and isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            return int(float(value))
        if self.decimal is not None and target in _AMOUNTS and isinstance(value, str):
            return plain_amount(value, self.decimal)
        return value

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
    check_encoding(mapping.encoding, name)
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


def plain_amount(text: str, decimal: str) -> str:
    """An amount with a point before its decimals and nothing between its thousands."""
    thousands = "." if decimal == "," else ","
    digits = text.strip().translate(
        {ord(mark): None for mark in f"{thousands}'\u2019 \u00a0\u202f"}
    )
    return digits.replace(decimal, ".")


def check_encoding(encoding: str, name: str) -> None:
    """Raises `ImportFileError` for one that is unknown, or whose lines do not end as in ASCII."""
    try:
        is_like_ascii = "\n".encode(encoding) == b"\n"
    except (LookupError, UnicodeError):
        is_like_ascii = False
    if not is_like_ascii:
        raise ImportFileError(
            f"encoding {encoding!r} of {name} cannot be read; use one such as latin-1 or "
            "windows-1258, or turn the file into UTF-8"
        )


def check_columns(mapping: ImportMap, columns: Iterable[str], *, name: str) -> None:
    """Raises `ImportFileError` where the map asks for a column that the file has not."""
    present = list(columns)
    asked = mapping.columns() | ({mapping.group} if mapping.group else set())
    missing = sorted(asked - set(present))
    if missing:
        raise ImportFileError(
            f"{name} has no column {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, present))}; correct [fields] of the map"
        )


def _check_targets(targets: Iterable[str], where: str) -> None:
    for target in targets:
        is_open = any(target.startswith(prefix) and target != prefix for prefix in _OPEN)
        if target not in (_TARGETS | CONTEXT.keys() | set(CAMPAIGN)) and not is_open:
            raise ImportFileError(
                f"{target!r} in {where} is no field of the contract; use one of "
                f"{', '.join([*sorted(_TARGETS), *CONTEXT, *CAMPAIGN])}, or properties.{target}"
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


def _likely_unit(number: float) -> Literal["s", "ms", "us"]:
    """The unit in which a number since 1970 lies between the years 1973 and 5138."""
    size = abs(number)
    return "s" if size < 1e11 else "ms" if size < 1e14 else "us"


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


def _address(url: object, campaign: Mapping[str, Any]) -> str:
    """The page's address with a campaign in its query; the query alone where there is no page."""
    page, mark, fragment = str(url or "").partition("#")
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}{urlencode(campaign)}{mark}{fragment}"


def _leave_out_signs(refund: Document) -> None:
    """Credit notes often write what they give back as negative amounts and quantities."""
    for part, name in [(refund.get("order"), "value")] + [
        (item, "quantity") for item in refund.get("items", ())
    ]:
        if part is None or name not in part:
            continue
        if isinstance(part[name], str):
            part[name] = part[name].strip().removeprefix("-")
        elif isinstance(part[name], int | float):
            part[name] = abs(part[name])


def _set(document: Document, target: str, value: object) -> None:
    """Sets a field, or a field of a field; below `properties` dots are part of the name."""
    parts = target.split(".", 2 if target.startswith("element.dataset.") else 1)
    for part in parts[:-1]:
        document = document.setdefault(part, {})
    document[parts[-1]] = value
