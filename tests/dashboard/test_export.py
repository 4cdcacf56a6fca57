"""Tables to take away."""

import csv
import io
from decimal import Decimal

import pytest

from clickstream.dashboard.export import to_csv

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C'!A0"]
)
def test_text_that_a_spreadsheet_would_run_is_kept_as_text(name: str) -> None:
    [[cell]] = list(csv.reader(io.StringIO(to_csv([], [[name]]).removeprefix("\r\n"), newline="")))
    assert cell == f"'{name}"


def test_figures_stay_figures_also_negative_ones() -> None:
    text = to_csv(["name", "value"], [["a, b", -1.5], ['say "x"', Decimal("1E+3")], [None, 0]])
    assert text == 'name,value\r\n"a, b",-1.5\r\n"say ""x""",1000\r\n,0\r\n'
