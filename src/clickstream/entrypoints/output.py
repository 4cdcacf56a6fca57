"""How an answer is written: a table to read, or JSON or CSV for the next program."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TextIO

import msgspec

from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from rich.table import Table

Row = Mapping[str, object]
UPRIGHT_ROWS: Final = 3
UPRIGHT_COLUMNS: Final = 8
NARROW: Final = 12
UNBOUNDED: Final = 10_000
BEFORE: Final = "_previous"
ENCODER: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def json_text(document: object) -> str:
    """The document as JSON. Money and rates keep all their digits, as numbers."""
    return msgspec.json.format(ENCODER.encode(document), indent=2).decode()


def write_rows(form: Format, name: str, rows: Sequence[Row], *, columns: Sequence[str]) -> None:
    """Rows that are no report's, in any of the forms; as JSON under the command's name."""
    if form is Format.JSON:
        write_json({"command": name, "rows": rows})
    elif form is Format.CSV:
        write_csv(columns, rows)
    else:
        write_table("", columns, rows)


def write_facts(form: Format, name: str, facts: Row) -> None:
    """What a command did, a line each; or as its only row."""
    if form is not Format.TABLE:
        write_rows(form, name, [facts], columns=list(facts))
        return
    for key, value in facts.items():
        shown = _counts(value) if isinstance(value, dict) else value
        sys.stdout.write(f"{key:20} {_readable(shown)}\n")


def _counts(counts: Mapping[str, object]) -> str | None:
    return " ".join(f"{name}={count}" for name, count in counts.items()) or None


def write_json(document: object, out: TextIO | None = None) -> None:
    (out or sys.stdout).write(json_text(document) + "\n")


def write_csv(columns: Sequence[str], rows: Iterable[Row], out: TextIO | None = None) -> None:
    """The rows as CSV (RFC 4180, UTF-8), empty where there is no value, as the data has them.

    For programs: text that a spreadsheet would run as a formula is not changed.
    """
    writer = csv.writer(out or sys.stdout)
    writer.writerow(columns)
    writer.writerows([_plain(row.get(column)) for column in columns] for row in rows)


def write_table(
    title: str, columns: Sequence[str], rows: Sequence[Row], *, notes: Sequence[str] = ()
) -> None:
    """The rows as a table; few rows of many columns stand upright, a line a column."""
    from rich.console import Console  # noqa: PLC0415 - JSON and CSV do without
    from rich.markup import escape  # noqa: PLC0415

    console = Console()
    console.print(escape(title), style="bold", highlight=False)
    if rows:
        is_upright = len(rows) <= UPRIGHT_ROWS and len(columns) > UPRIGHT_COLUMNS
        table = _upright(columns, rows) if is_upright else _lying(columns, rows)
        # A number that is cut off is another number: wider than the terminal, lines wrap there.
        unbounded = console.options.update(width=UNBOUNDED)
        console.width = max(console.width, console.measure(table, options=unbounded).minimum)
        console.print(table)
    else:
        console.print("No rows.")
    for note in notes:
        console.print(escape(note), style="dim", highlight=False)


def _lying(columns: Sequence[str], rows: Sequence[Row]) -> "Table":
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415

    table = Table(header_style="bold")
    for column in columns:
        is_number = any(_is_number(row.get(column)) for row in rows)
        table.add_column(
            column,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
            min_width=min(len(column), NARROW),
        )
    for row in rows:
        table.add_row(*(escape(_readable(row.get(column))) for column in columns))
    return table


def _upright(columns: Sequence[str], rows: Sequence[Row]) -> "Table":
    """A line a column; what a column was before stands beside what it is now."""
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415

    lines = [column for column in columns if not column.endswith(BEFORE)]
    has_before = len(lines) < len(columns)
    table = Table("", *(["now", "before"] if has_before else [""]) * len(rows), header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for line in lines:
        keys = [line, line + BEFORE] if has_before else [line]
        cells = [_readable(row.get(key)) if key in columns else "" for row in rows for key in keys]
        table.add_row(line, *map(escape, cells))
    return table


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")  # 100, where str says 1E+2
    return "" if value is None else value


def _readable(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if _is_number(value):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    text = str(_plain(value))
    return "".join(character if character.isprintable() else "�" for character in text)
