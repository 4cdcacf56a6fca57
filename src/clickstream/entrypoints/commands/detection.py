"""``clickstream detect``: what stands out in any series of numbers."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.quality.detector import Verdicts
    from clickstream.quality.reading import Series

COLUMNS = ("timestamp", "value", "expected", "lower", "upper", "score")
FIGURES = 6


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream detect cpu.csv --format csv > judged.csv")(detect)


def detect(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV with the columns timestamp and value, oldest first; - is stdin."),
    ] = None,
    *,
    timezone: Annotated[
        str | None,
        typer.Option(help="The zone whose days matter, for times with an offset. Default UTC."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say of each reading of a series what was expected, and how much it stands out.

    `score` runs from 0 to 1; 0.5 and above is an anomaly. Each reading is judged from those before
    it alone, by one setting for every series. One incident scores high once.
    """
    from clickstream.entrypoints.output import write_csv, write_json
    from clickstream.quality.detector import ALARM, detect

    series = _read(file, timezone)
    verdicts = detect(series.seconds, series.values)
    rows = list(_rows(series, verdicts))
    if form is Format.JSON:
        write_json({"command": "detect", "rows": rows})
    elif form is Format.CSV:
        write_csv(COLUMNS, rows)
    else:
        _write_lines(rows)
        found = int((verdicts.score >= ALARM).sum())
        typer.echo(f"{found:,} of {len(rows):,} readings stand out (*).", err=True)


def _read(file: Path | None, timezone: str | None) -> "Series":
    from clickstream.entrypoints import setting_kinds
    from clickstream.errors import QualityError, SettingsError
    from clickstream.quality.reading import read_series

    try:
        zone = setting_kinds.zone(timezone) if timezone else None
    except ValueError as error:
        raise SettingsError("--timezone", timezone, str(error)) from error
    if file is None or str(file) == "-":
        return read_series(sys.stdin, name="standard input", zone=zone)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return read_series(lines, name=str(file), zone=zone)
    except OSError as error:
        raise QualityError(f"{file} cannot be read: {error.strerror}. Name a CSV file.") from error


def _rows(series: "Series", verdicts: "Verdicts") -> Iterator[dict[str, object]]:
    """One row a reading, in the file's order; numbers to six figures, null where there is none."""
    parts = (verdicts.expected, verdicts.lower, verdicts.upper)
    columns = zip(*(part.tolist() for part in parts), strict=True)
    scores = verdicts.score.tolist()
    for time, value, told, score in zip(
        series.times, series.values.tolist(), columns, scores, strict=True
    ):
        yield {
            "timestamp": time,
            "value": value if value == value else None,  # noqa: PLR0124 - false for no number
            **dict(zip(COLUMNS[2:5], map(_rounded, told), strict=True)),
            "score": round(score, FIGURES),
        }


def _rounded(number: float) -> float | None:
    return float(f"{number:.{FIGURES}g}") if number == number else None  # noqa: PLR0124 - as above


def _write_lines(rows: list[dict[str, object]]) -> None:
    """Lines of fixed width, which are quick to write where there are many."""
    from clickstream.quality.detector import ALARM

    width = max(len(COLUMNS[0]), *(len(str(row["timestamp"])) for row in rows))
    typer.echo(f"{COLUMNS[0]:{width}}" + "".join(f" {name:>13}" for name in COLUMNS[1:]))
    lines = (_line(row, width, ALARM) for row in rows)
    sys.stdout.writelines(lines)


def _line(row: Mapping[str, object], width: int, alarm: float) -> str:
    score = row["score"]
    assert isinstance(score, float)  # noqa: S101 - for mypy: _rows makes it one
    cells = "".join(f" {_cell(row[name]):>13}" for name in COLUMNS[1:5])
    return f"{row['timestamp']:{width}}{cells} {score:>13.4f}{' *' if score >= alarm else ''}\n"


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:,.{FIGURES}g}"
