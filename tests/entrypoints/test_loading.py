"""From simulated shoppers to reports, by the commands alone, on each kind of server."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.one_server]
END = "2026-01-31T00:00:00Z"
DAYS = ("--from", "2026-01-01", "--to", "2026-01-31", "--bots", "include")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, warehouse_url: str) -> Run:
    """Runs a command on an empty lake and a fresh, migrated warehouse."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "CLICKSTREAM_DATA_DIR": str(tmp_path / "data"),
        "CLICKSTREAM_WAREHOUSE_URL": warehouse_url,
    }

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        answer = subprocess.run(
            [sys.executable, "-m", "clickstream.entrypoints.cli", *arguments],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert answer.returncode == status, answer.stderr
        return answer

    return run


def first_row(answer: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(answer.stdout)["rows"][0]
    return row


def test_what_was_simulated_is_what_is_reported(run: Run) -> None:
    scenario = ("--visitors", "120", "--days", "14", "--seed", "3", "--end", END)
    truth = first_row(run("simulate", *scenario, "--format", "json"))
    loaded = run("etl", "--format", "json")
    assert first_row(loaded)["status"] == "succeeded"
    assert first_row(loaded)["events"] == truth["events"]
    assert first_row(loaded)["rejections"] == truth["broken"]
    overview = first_row(run("report", "overview", *DAYS, "--format", "json"))
    assert overview["events"] == truth["events"]
    assert overview["visitors"] == truth["visitors"]
    assert overview["orders"] == truth["orders"]
    assert overview["revenue"] == truth["revenue"].get("VND", 0)


def test_a_second_load_and_a_reload_of_a_window_change_nothing(run: Run) -> None:
    run("simulate", "--visitors", "40", "--days", "5", "--end", END)
    run("etl")
    before = run("report", "overview", *DAYS, "--format", "json").stdout
    assert first_row(run("etl", "--format", "json"))["objects"] == 0
    window = ("--from", "2026-01-29", "--to", "2026-01-30")
    again = first_row(run("etl", *window, "--format", "json"))
    assert again["objects"] > 0
    assert again["events"] == 0
    after = run("report", "overview", *DAYS, "--format", "json").stdout
    assert json.loads(after)["rows"] == json.loads(before)["rows"]


def test_one_structured_line_tells_of_a_run(run: Run) -> None:
    run("simulate", "--visitors", "5", "--days", "2", "--end", END)
    lines = [json.loads(line) for line in run("etl").stderr.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line["message"] == "etl run"]
    assert line["command"] == "etl"
    assert {"run_id", "status", "events", "duplicates", "rejected", "seconds"} <= line.keys()


def test_a_report_comes_as_csv_too(run: Run) -> None:
    run("simulate", "--visitors", "30", "--days", "5", "--end", END)
    run("etl")
    rows = list(
        csv.DictReader(io.StringIO(run("report", "events", *DAYS, "--format", "csv").stdout))
    )
    document = json.loads(run("report", "events", *DAYS, "--format", "json").stdout)
    assert [row["event_name"] for row in rows] == [row["event_name"] for row in document["rows"]]
    assert sum(int(row["events"]) for row in rows) == sum(row["events"] for row in document["rows"])


MAP = """
[fields]
eventName = "type"
eventTimestamp = "time"
clientId = "user"
"product.id" = "product"
"product.price" = "price"

[constants]
"product.currency" = "USD"

[values.eventName]
view = "view_item"
"""
ROWS = """type,time,user,product,price
view,2026-01-10 10:00:00,u1,p1,9.99
view,2026-01-10 10:00:00,u1,p1,9.99
purchase,2026-01-10 10:05:00,u1,p1,9.99
view,yesterday,u2,p1,9.99
"""


def test_a_file_imported_by_a_map_twice_is_counted_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "shop.csv").write_text(ROWS)
    imported = ("import", "shop.csv", "--map", "map.toml", "--rejects", "bad.ndjson")
    first = run(*imported, "--format", "json")
    assert {key: first_row(first)[key] for key in ("rows", "events", "rejected")} == {
        "rows": 4, "events": 3, "rejected": {"invalid_timestamp": 1},
    }  # fmt: skip
    assert json.loads((tmp_path / "bad.ndjson").read_text())["line"] == 5
    run("etl")
    assert first_row(run(*imported, "--format", "json"))["objects_written"] == 0
    run("etl")
    document = json.loads(run("report", "events", *DAYS, "--format", "json").stdout)
    counts = {row["event_name"]: row["events"] for row in document["rows"]}
    assert counts == {"view_item": 2, "purchase": 1}
    assert first_row(run("report", "overview", *DAYS, "--format", "json"))["revenue"] == 9.99


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("none.csv", "--map", "none.toml"), "none.toml cannot be read", id="map"),
        pytest.param(("none.ndjson",), "none.ndjson", id="file"),
        pytest.param(("shop.csv",), "--map", id="no map"),
    ],
)
def test_a_file_that_cannot_be_imported_ends_with_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "shop.csv").write_text(ROWS)
    assert words in run("import", *arguments, status=2).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("report", "overviews"), "There are: overview", id="no such report"),
        pytest.param(("report", "events", "--interval", "day"), "takes no --interval", id="option"),
        pytest.param(("report", "events", "--from", "31.1.2026"), "2026-01-31", id="day"),
        pytest.param(("report", "events", "--filter", "x=1"), "no field 'x'", id="field"),
        pytest.param(("etl", "--to", "2026-01-31"), "--from", id="window"),
        pytest.param(("etl", "--from", "2026-02-01", "--to", "2026-01-31"), "after", id="reverse"),
        pytest.param(("etl", "--loop", "--every", "1 hour"), "30m", id="duration"),
        pytest.param(("simulate", "--end", "yesterday"), "2026-01-31T12:00:00Z", id="instant"),
        pytest.param(("simulate", "--visitors", "0"), "greater than or equal to 1", id="visitors"),
    ],
)  # fmt: skip
def test_a_bad_option_ends_with_2_and_what_was_expected(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    assert words in run(*arguments, status=2).stderr


def test_the_manual_s_map_can_be_used_as_it_stands(run: Run, tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs/import.md").read_text()
    (tmp_path / "map.toml").write_text(manual.split("```toml\n")[1].split("```")[0])
    columns = "event_type,user_id,event_time,product_id,category_code,price,warehouse"
    row = "view,7,2026-01-10 10:00:00 UTC,p1,,9.99,north"
    (tmp_path / "shop.csv").write_text(f"{columns}\n{row}\n")
    assert (
        first_row(run("import", "shop.csv", "--map", "map.toml", "--format", "json"))["events"] == 1
    )
    run("etl")
    products = first_row(run("report", "products", "--by", "category", *DAYS, "--format", "json"))
    assert (products["product_category"], products["views"]) == ("unknown", 1)
