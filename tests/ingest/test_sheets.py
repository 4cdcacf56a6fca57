"""Sheets: spend and orders are read by names or a map, and refused by line where they cannot be."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clickstream.errors import ImportFileError
from clickstream.ingest.rejects import Rejects
from clickstream.ingest.sheets import SHEETS, Reading, SheetMap, read_sheet_map

pytestmark = pytest.mark.unit


def read(
    path: Path, kind: str, mapping: SheetMap | None = None, **given: Any
) -> tuple[list[tuple[Any, ...]], Rejects]:
    """The records of a file, and the rows refused."""
    rejects = Rejects(None)
    reading = Reading(
        sheet=SHEETS[kind],
        mapping=mapping or SheetMap(),
        currency=given.get("currency"),
        channel_of=lambda source, medium, campaign: f"of {source}/{medium}/{campaign}",
        rejects=rejects,
    )
    return list(reading.records(path)), rejects


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_columns_go_by_their_usual_names(tmp_path: Path) -> None:
    path = file(
        tmp_path, "spend.csv",
        "Day,utm_source,Medium,Cost,Currency,Clicks\n2026-01-31,google,cpc,10.50,usd,7\n",
    )  # fmt: skip

    records, _ = read(path, "spend")

    assert records == [
        (dt.date(2026, 1, 31), "of google/cpc/None", "google", "cpc", "", "USD", Decimal("10.50"),
         7, None)
    ]  # fmt: skip


def test_a_map_says_which_column_is_which(tmp_path: Path) -> None:
    path = file(tmp_path, "costs.csv", "when,what,much\n31.01.2026,Paid Search,1\n,Display,2\n")
    text = """
        [fields]
        date = "when"
        channel = "what"
        amount = "much"
        [time]
        format = "%d.%m.%Y"
        [defaults]
        date = "01.02.2026"
        [constants]
        currency = "EUR"
    """

    records, _ = read(path, "spend", read_sheet_map(text, SHEETS["spend"], name="a map"))

    assert [(one[0].day, one[1], one[5], one[6]) for one in records] == [
        (31, "Paid Search", "EUR", 1), (1, "Display", "EUR", 2),
    ]  # fmt: skip


def test_a_map_translates_the_files_values(tmp_path: Path) -> None:
    path = file(
        tmp_path, "orders.csv", "id,date,total,status\n1,2026-03-06,5,3\n2,2026-03-06,6,7\n"
    )
    text = '[values.status]\n3 = "cancelled"\n[constants]\ncurrency = "EUR"'

    records, _ = read(path, "orders", read_sheet_map(text, SHEETS["orders"], name="a map"))

    assert [one[4] for one in records] == ["cancelled", "7"]


def test_orders_come_as_objects_with_paths_into_them(tmp_path: Path) -> None:
    lines = [
        {"id": "A1", "placed_at": "2026-01-31T12:00:00+07:00", "sum": {"total": "9.90"}},
        {"id": 2, "placed_at": 1769835600000, "sum": {"total": 5}, "currency": "vnd"},
    ]
    path = file(tmp_path, "orders.ndjson", "\n".join(map(json.dumps, lines)))

    records, _ = read(path, "orders", SheetMap(fields={"value": "sum.total"}), currency="USD")

    at = dt.datetime(2026, 1, 31, 5, tzinfo=dt.UTC)
    assert records == [
        ("A1", at, Decimal("9.90"), "USD", None), ("2", at, Decimal(5), "VND", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param("soon,x,1,USD,", "date is 'soon'", id="day"),
        pytest.param(",x,1,USD,", "date is empty", id="no day"),
        pytest.param("2026-01-31,x,1.2.3,USD,", "amount is '1.2.3'", id="amount"),
        pytest.param("2026-01-31,x,NaN,USD,", "amount is 'NaN'", id="not a number"),
        pytest.param("2026-01-31,x,1,dollars,", "currency is 'DOLLARS'", id="currency"),
        pytest.param("2026-01-31,x,1,,", "currency is empty", id="no currency"),
        pytest.param("2026-01-31,,1,USD,", "channel, source and medium are empty", id="source"),
        pytest.param("2026-01-31,x,1,USD,1.5", "clicks is '1.5'", id="clicks"),
        pytest.param("2026-01-31,x,1,USD,1,more", "6 columns", id="columns"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_by_its_line(
    tmp_path: Path, row: str, message: str
) -> None:
    text = f"date,source,amount,currency,clicks\n2026-01-30,y,1,USD,\n{row}\n2026-02-01,y,1,USD,\n"

    records, rejects = read(file(tmp_path, "spend.csv", text), "spend")

    assert len(records) == 2
    assert rejects.first[0].line == 3
    assert message in rejects.first[0].message
    assert rejects.counts.total() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a = ", "no map for spend", id="toml"),
        pytest.param(
            '[fields]\nprice = "a"', "'price' in .fields. of a map is no field", id="field"
        ),
        pytest.param('[time]\nzone = "Mars"', "is no IANA zone", id="zone"),
    ],
)
def test_a_wrong_map_is_refused(text: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=message):
        read_sheet_map(text, SHEETS["spend"], name="a map")


def test_a_file_without_what_is_needed_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "spend.csv", "when,amount\n2026-01-31,1\n")

    with pytest.raises(ImportFileError, match=r"has no column 'date'; it has 'when', 'amount'"):
        read(path, "spend")
    with pytest.raises(ImportFileError, match="asks for column 'day'"):
        read(path, "spend", SheetMap(fields={"date": "day"}))


def test_the_example_reads_what_an_advertising_platform_exports(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "examples/spend.toml").read_text()
    mapping = read_sheet_map(text, SHEETS["spend"], name="spend.toml")
    path = file(
        tmp_path, "costs.csv", "Day,Campaign,Cost,Clicks,Impr.\n2026-01-31,spring,9.5,3,40\n"
    )

    (record,), _ = read(path, "spend", mapping)

    assert record[2:] == ("google", "cpc", "spring", "USD", Decimal("9.5"), 3, 40)
