"""``clickstream detect`` as a program sees it."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clickstream.entrypoints.cli import app
from clickstream.errors import QualityError

pytestmark = pytest.mark.unit
COLUMNS = ["timestamp", "value", "expected", "lower", "upper", "score"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cpu.csv"
    values = [50 + place % 7 for place in range(300)]
    values[250], values[10] = 500, ""
    lines = [f"2026-01-{1 + i // 24:02} {i % 24:02}:00:00,{v}\n" for i, v in enumerate(values)]
    path.write_text("timestamp,value\n" + "".join(lines))
    return path


def test_each_reading_has_a_row_in_csv(file: Path) -> None:
    shown = CliRunner().invoke(app, ["detect", str(file), "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 300
    assert rows[10]["value"] == ""
    assert max(rows, key=lambda row: float(row["score"])) == rows[250]
    assert float(rows[250]["score"]) > 0.5 > float(rows[249]["score"])


def test_json_holds_the_same_rows(file: Path) -> None:
    shown = CliRunner().invoke(app, ["detect", str(file), "--format", "json"])
    document = json.loads(shown.stdout)
    assert document["command"] == "detect"
    assert [list(row) for row in document["rows"]] == [COLUMNS] * 300
    assert document["rows"][10]["value"] is None


def test_the_table_marks_what_stands_out_and_counts_it(file: Path) -> None:
    shown = CliRunner().invoke(app, ["detect", str(file)])
    marked = [line for line in shown.stdout.splitlines() if line.endswith("*")]
    assert len(marked) == 1
    assert marked[0].startswith("2026-01-11 10:00:00")
    assert "1 of 300 readings stand out" in shown.stderr


def test_a_series_comes_from_standard_input_too(file: Path) -> None:
    by_name = CliRunner().invoke(app, ["detect", str(file), "--format", "csv"])
    for arguments in (["detect", "-"], ["detect"]):
        piped = CliRunner().invoke(app, [*arguments, "--format", "csv"], input=file.read_text())
        assert piped.stdout == by_name.stdout


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["detect", str(tmp_path / "no.csv")])
    assert isinstance(shown.exception, QualityError)
    assert "No such file" in str(shown.exception)
