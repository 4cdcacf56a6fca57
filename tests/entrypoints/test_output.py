import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clickstream.entrypoints.output import json_text, write_csv, write_table

pytestmark = pytest.mark.unit


def test_money_keeps_all_its_digits_in_json() -> None:
    text = json_text({"revenue": Decimal("12990000123456789.10"), "rate": Decimal("0.0000001")})
    found = json.loads(text, parse_float=Decimal)
    assert found["revenue"] == Decimal("12990000123456789.10")
    assert found["rate"] == Decimal("0.0000001")


def test_csv_writes_what_the_data_holds() -> None:
    out = io.StringIO()
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    write_csv(["name", "at", "is_bot", "none"], [{"name": '=a,"b"', "at": at, "is_bot": True}], out)
    assert out.getvalue() == 'name,at,is_bot,none\r\n"=a,""b""",2026-01-31T12:00:00+00:00,true,\r\n'


def test_csv_has_no_scientific_numbers() -> None:
    out = io.StringIO()
    write_csv(["cost"], [{"cost": Decimal(20) / Decimal("0.2")}, {"cost": Decimal("1E+2")}], out)
    assert out.getvalue().split() == ["cost", "100", "100"]


def test_a_table_shows_numbers_with_their_thousands(capsys: pytest.CaptureFixture[str]) -> None:
    write_table("", ["page", "views"], [{"page": "/[red]x", "views": 1234567}], notes=["a note"])
    shown = capsys.readouterr().out
    assert "1,234,567" in shown
    assert "/[red]x" in shown
    assert "a note" in shown


def test_a_table_shows_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    write_table("", ["page"], [{"page": "/\x1b[2J\r\n"}])
    assert "\x1b" not in capsys.readouterr().out


def test_a_number_is_never_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    columns = [f"column_{number}" for number in range(12)]
    row = {column: 10**12 + number for number, column in enumerate(columns)}
    write_table("", columns, [row] * 5)
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "1,000,000,000,011" in shown


def test_a_few_rows_of_many_columns_stand_upright_with_what_was_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns = [f"c{number}" for number in range(9)] + ["c0_previous"]
    write_table("t", columns, [dict.fromkeys(columns, 7) | {"c0_previous": 6}])
    lines = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in lines[4].split("│")[1:4]] == ["c0", "7", "6"]
