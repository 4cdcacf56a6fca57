"""A series from CSV: a column of times, a column of values, in order."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from clickstream.contract import Rejected, parse_instant
from clickstream.errors import QualityError
from clickstream.quality.novelty import Values

TIMES: Final = ("timestamp", "time", "date", "datetime", "ds", "period")
VALUES: Final = ("value", "y", "values")
MISSING: Final = frozenset({"", "nan", "null", "na", "n/a", "none", "-"})
SEPARATORS: Final = ("\t", ";", ",")
"""What separates cells: the first of these that the first line has; numbers may have a comma."""
DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
CLOCK_CHANGE: Final = 3600.0
"""Seconds that a local clock is set back by in autumn; what is further back is not in order."""
SHOWN: Final = 5
EARLIEST_MILLISECOND: Final = 100_000_000_000
"""A number of this size or above counts milliseconds since 1970, a smaller one seconds."""


@dataclass(frozen=True, slots=True)
class Series:
    """Readings in the file's order: each time as it was written, in seconds, and its value."""

    times: Sequence[str]
    seconds: Values
    values: Values


def read_series(lines: Iterable[str], *, name: str, zone: ZoneInfo | None = None) -> Series:
    """The series of a CSV text, whose header may name the columns timestamp and value.

    Without a header the first two columns are taken. A time with an offset is moved to `zone`
    (UTC unless given), by whose days the series is judged. An empty value is a gap.

    Raises `QualityError` with the line of what cannot be read, or is not in order.
    """
    rows = _rows(lines, name)
    first = next(rows, None)
    if first is None:
        raise QualityError(f"{name} is empty: expected CSV with the columns timestamp and value.")
    columns = _columns(first[1])
    reader = _Reader(name, columns or (0, 1), zone or ZoneInfo("UTC"))
    if columns is None:
        reader.take(*first)
    for number, cells in rows:
        reader.take(number, cells)
    return reader.series()


def _rows(lines: Iterable[str], name: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not blank, with its number."""
    separator, lines = _separator(iter(lines), name)
    reader = csv.reader(lines, strict=True, delimiter=separator)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [_cell(cell, separator) for cell in cells]
    except csv.Error as error:
        raise QualityError(f"{name} line {reader.line_num}: {error}. Expected CSV.") from error
    except UnicodeDecodeError as error:
        raise _not_text(name, error) from error


def _separator(lines: Iterator[str], name: str) -> tuple[str, Iterator[str]]:
    """What separates the cells of the first line that has any, and all lines still to be read."""
    blank: list[str] = []
    try:
        for line in lines:
            if line.strip():
                found = next((one for one in SEPARATORS if one in line), ",")
                return found, chain(blank, [line], lines)
            blank.append(line)
    except UnicodeDecodeError as error:
        raise _not_text(name, error) from error
    return ",", iter(blank)


def _cell(cell: str, separator: str) -> str:
    """A cell's text; where no comma separates cells, one within a number is its decimal point."""
    text = cell.strip().lstrip("\ufeff")
    if separator != "," and DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    return text


def _not_text(name: str, error: UnicodeDecodeError) -> QualityError:
    return QualityError(f"{name} is not text in UTF-8 ({error.reason}).")


def _columns(cells: list[str]) -> tuple[int, int] | None:
    """Where a header has the time and the value; None where it is no header."""
    names = [cell.lower() for cell in cells]
    time = next((names.index(name) for name in TIMES if name in names), None)
    value = next((names.index(name) for name in VALUES if name in names), None)
    if time is not None and value is not None:
        return time, value
    if time is not None and len(names) == 2:
        return time, 1 - time
    if len(cells) >= 2 and not _is_number(cells[1]) and not _is_time(cells[0]):
        return (0, 1)
    return None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell.lower() in MISSING
    return True


def _is_time(cell: str) -> bool:
    try:
        _instant(cell)
    except Rejected:
        return False
    return True


def _instant(cell: str) -> datetime:
    """The instant that a cell names; one without an offset as if in UTC."""
    if _is_number(cell) and cell:
        number = float(cell)
        return parse_instant(number if number >= EARLIEST_MILLISECOND else number * 1000)
    return parse_instant(cell)


class _Reader:
    """Readings as they are taken from lines; what cannot be is kept, to be told of together."""

    def __init__(self, name: str, columns: tuple[int, int], zone: ZoneInfo) -> None:
        self._name, self._columns, self._zone = name, columns, zone
        self._times: list[str] = []
        self._seconds: list[float] = []
        self._values: list[float] = []
        self._problems: list[str] = []

    def take(self, number: int, cells: list[str]) -> None:
        problem = self._take(cells)
        if problem:
            self._problems.append(f"{self._name} line {number}: {problem}")

    def _take(self, cells: list[str]) -> str | None:
        time_at, value_at = self._columns
        if len(cells) <= max(time_at, value_at):
            return f"{len(cells)} column(s); a time and a value are expected"
        time, value = cells[time_at], cells[value_at]
        try:
            seconds = self._clock(time)
        except Rejected:
            return f"the time is {time[:64]!r}; expected one such as 2026-01-31 12:00:00"
        number = _number(value)
        if number is None:
            return f"the value is {value[:64]!r}; a number is expected, or nothing for a gap"
        if self._seconds and seconds < self._seconds[-1] - CLOCK_CHANGE:
            return f"{time} comes after {self._times[-1]}; sort the lines by time, oldest first"
        self._times.append(time)
        self._seconds.append(seconds)
        self._values.append(number)
        return None

    def _clock(self, time: str) -> float:
        """Seconds on the clock of the zone; of a time without an offset on its own clock."""
        instant = _instant(time)
        has_offset = _is_number(time) or time[-1:] in "zZC" or time[-6:-5] in "+-"
        if has_offset and self._zone.key != "UTC":
            return instant.astimezone(self._zone).replace(tzinfo=UTC).timestamp()
        return instant.timestamp()

    def series(self) -> Series:
        if self._problems:
            rest = len(self._problems) - SHOWN
            more = [f"{rest} more line(s) cannot be read."] if rest > 0 else []
            raise QualityError("\n".join([*self._problems[:SHOWN], *more]))
        if not self._values:
            raise QualityError(f"{self._name} has a header and no readings.")
        return Series(self._times, np.array(self._seconds), np.array(self._values))


def _number(cell: str) -> float | None:
    """The number of a cell, not a number for a gap, None where it is neither."""
    if cell.lower() in MISSING:
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        return None
    return None if math.isinf(number) else number
