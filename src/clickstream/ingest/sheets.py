"""Sheets: what the shop knows beside its clickstream, advertising spend and its own orders.

CSV or NDJSON; columns go by the names of the fields, in any case, or by a map. A row that cannot be
read is refused by its line and stops nothing.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from clickstream.contract import Reason, Rejected
from clickstream.errors import ImportFileError
from clickstream.ingest.mapping import (
    TimeRule,
    check_encoding,
    check_time,
    look_up,
    plain_amount,
)
from clickstream.ingest.rejects import Rejects
from clickstream.ingest.rows import (
    UTF_8,
    CsvFile,
    NdjsonFile,
    Row,
    Source,
    file_format,
    open_source,
)

Record = tuple[Any, ...]
Progress = Callable[[int, int], None]
ChannelOf = Callable[[str | None, str | None, str | None], str]
"""The channel of a source, medium and campaign."""

_LONGEST: Final = 512
_STEP: Final = 2000


class SheetMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From columns to a sheet's fields."""

    fields: dict[str, str] = {}
    """Field to column."""
    format: Literal["csv", "ndjson"] | None = None
    header: list[str] | None = None
    """The names of a CSV file's columns, where its first line does not give them."""
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    encoding: str = UTF_8
    """Of a CSV file."""
    decimal: Literal[".", ","] | None = None
    """What stands before the decimals of amounts, where thousands are set apart by the other."""
    time: TimeRule = TimeRule()
    defaults: dict[str, str | int | float] = {}
    """Field to the value where the column is empty."""
    constants: dict[str, str | int | float] = {}
    values: dict[str, dict[str, str | int | float]] = {}
    """Field to a table from the file's values to ours; others stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A kind of sheet: its fields, by which other names their columns often go, and its reader."""

    name: str
    fields: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    read: Callable[["Cells"], Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The values of one row by field, and how they are to be read."""

    values: Mapping[str, Any]
    time: TimeRule
    decimal: str | None
    currency: str | None
    channel_of: ChannelOf

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None or not str(value).strip():
            return None
        text = str(value).strip()
        if len(text) > _LONGEST or "\x00" in text:
            raise _refusal(name, text, f"a text of at most {_LONGEST} characters")
        return text

    def required(self, name: str, expected: str) -> str:
        text = self.text(name)
        if text is None:
            raise Rejected(Reason.INVALID_FIELD, f"{name} is empty; {expected} is expected")
        return text

    def money(self, name: str) -> Decimal:
        text = self.required(name, "an amount")
        try:
            amount = Decimal(plain_amount(text, self.decimal) if self.decimal else text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
            raise _refusal(name, text, "an amount such as 1234.56")
        return amount

    def count(self, name: str) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        whole = text.removesuffix(".0")
        if not (whole.isascii() and whole.isdigit() and len(whole) <= 15):
            raise _refusal(name, text, "a whole number")
        return int(whole)

    def code(self, name: str) -> str | None:
        text = self.text(name)
        code = text.upper() if text else self.currency
        if code is not None and not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise _refusal(name, code, "an ISO 4217 code such as USD")
        return code

    def day(self, name: str) -> date:
        text = self.required(name, "a day")
        try:
            if self.time.format is not None:
                return datetime.strptime(text, self.time.format).date()  # noqa: DTZ007 - a day
            return date.fromisoformat(text[:10])
        except ValueError:
            form = self.time.format or "2026-01-31"
            raise _refusal(name, text, f"a day such as {form}") from None

    def instant(self, name: str) -> datetime:
        self.required(name, "an instant")
        return self.time.read(self.values[name], name)


def _refusal(name: str, value: object, expected: str) -> Rejected:
    return Rejected(Reason.INVALID_FIELD, f"{name} is {str(value)[:64]!r}; {expected} is expected")


def _spend(cells: Cells) -> Record:
    """Day, channel, source, medium, campaign, currency, amount, clicks, impressions."""
    source, medium, campaign = (cells.text(name) for name in ("source", "medium", "campaign"))
    channel = cells.text("channel")
    if channel is None:
        if source is None and medium is None:
            raise Rejected(
                Reason.INVALID_FIELD,
                "channel, source and medium are empty; one has to say for what",
            )
        channel = cells.channel_of(source, medium, campaign)
    currency = cells.code("currency")
    if currency is None:
        raise Rejected(Reason.INVALID_FIELD, "currency is empty; an ISO 4217 code is expected")
    return (
        cells.day("date"), channel, source or "", medium or "", campaign or "", currency,
        cells.money("amount"), cells.count("clicks"), cells.count("impressions"),
    )  # fmt: skip


def _order(cells: Cells) -> Record:
    """Order id, instant, value, currency, status."""
    order_id = cells.required("order_id", "the order's id")
    return (
        order_id, cells.instant("ordered_at"), cells.money("value"), cells.code("currency"),
        cells.text("status"),
    )  # fmt: skip


SHEETS: Final[Mapping[str, Sheet]] = {
    "spend": Sheet(
        name="spend",
        fields={
            "date": ("day",),
            "channel": (),
            "source": ("utm_source",),
            "medium": ("utm_medium",),
            "campaign": ("utm_campaign", "campaign_name"),
            "amount": ("cost", "spend"),
            "currency": ("currency_code",),
            "clicks": (),
            "impressions": (),
        },
        required=("date", "amount"),
        read=_spend,
    ),
    "orders": Sheet(
        name="orders",
        fields={
            "order_id": ("id", "order"),
            "ordered_at": ("placed_at", "created_at", "date"),
            "value": ("total", "amount"),
            "currency": ("currency_code",),
            "status": (),
        },
        required=("order_id", "ordered_at", "value"),
        read=_order,
    ),
}
"""The kinds of sheets that can be imported."""


def read_sheet_map(text: str, sheet: Sheet, *, name: str) -> SheetMap:
    """The map in a TOML text. Raises `ImportFileError` that says which entry is wrong."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), SheetMap)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ImportFileError(f"{name} is no map for {sheet.name}: {error}") from error
    for table in ("fields", "defaults", "constants", "values"):
        if strange := sorted(set(getattr(mapping, table)) - set(sheet.fields)):
            raise ImportFileError(
                f"{strange[0]!r} in [{table}] of {name} is no field of {sheet.name}; use "
                f"{', '.join(sheet.fields)}"
            )
    check_time(mapping.time, name)
    check_encoding(mapping.encoding, name)
    return mapping


@dataclass(slots=True, kw_only=True)
class Reading:
    """How a sheet is read, and how many rows it had; the rows refused are in ``rejects``."""

    sheet: Sheet
    mapping: SheetMap
    currency: str | None
    channel_of: ChannelOf
    rejects: Rejects
    progress: Progress | None = None
    rows: int = 0

    def records(self, path: Path) -> Iterator[Record]:
        """The records of a file, as its rows come. Raises `ImportFileError` for the file itself."""
        with open_source(path) as source:
            file, columns = self._open(source, path)
            for row in file:
                self.rows += 1
                try:
                    yield self.sheet.read(self._cells(row, columns))
                except Rejected as rejected:
                    self.rejects.add(row, rejected)
                if self.progress is not None and self.rows % _STEP == 0:
                    self.progress(source.stored.tell(), source.size)

    def _open(self, source: Source, path: Path) -> tuple[Iterator[Row], dict[str, str] | None]:
        if (self.mapping.format or file_format(path)) == "ndjson":
            return iter(NdjsonFile(source)), None
        given = self.mapping
        file = CsvFile(
            source,
            name=path.name,
            columns=given.header,
            delimiter=given.delimiter,
            encoding=given.encoding,
        )
        columns = self._columns(file.columns)
        known = {*columns, *given.defaults, *given.constants}
        if missing := [name for name in self.sheet.required if name not in known]:
            raise ImportFileError(
                f"{path.name} has no column {missing[0]!r}; it has "
                f"{', '.join(map(repr, file.columns))}; name the one that is meant in [fields] of "
                "a --map"
            )
        return iter(file), columns

    def _columns(self, present: Sequence[str]) -> dict[str, str]:
        """Field to column: as mapped, else by name, else by another name that it often has."""
        by_name = {column.strip().lower(): column for column in reversed(present)}
        found = {}
        for name, others in self.sheet.fields.items():
            if name in self.mapping.fields:
                if self.mapping.fields[name] not in present:
                    raise ImportFileError(
                        f"the map asks for column {self.mapping.fields[name]!r}, which is not "
                        f"there; the file has {', '.join(map(repr, present))}"
                    )
                found[name] = self.mapping.fields[name]
                continue
            known = next((by_name[one] for one in (name, *others) if one in by_name), None)
            if known is not None and known not in self.mapping.fields.values():
                found[name] = known
        return found

    def _cells(self, row: Row, columns: Mapping[str, str] | None) -> Cells:
        if isinstance(row.document, Rejected):
            raise row.document
        document = row.document
        places = columns if columns is not None else self._columns_of(document)
        values: dict[str, Any] = dict(self.mapping.defaults)
        for name, column in places.items():
            value = look_up(document, column)
            if value is not None and value != "":
                values[name] = self.mapping.values.get(name, {}).get(str(value), value)
        values |= self.mapping.constants
        return Cells(
            values=values,
            time=self.mapping.time,
            decimal=self.mapping.decimal,
            currency=self.currency,
            channel_of=self.channel_of,
        )

    def _columns_of(self, document: Mapping[str, Any]) -> dict[str, str]:
        """In NDJSON each line may have other keys, and a mapped column be a path."""
        by_name = {str(key).lower(): str(key) for key in document}
        found = dict(self.mapping.fields)
        for name, others in self.sheet.fields.items():
            known = next((by_name[one] for one in (name, *others) if one in by_name), None)
            if known is not None and name not in found:
                found[name] = known
        return found
