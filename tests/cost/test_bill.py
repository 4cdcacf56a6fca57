"""A month's bill: its parts, its sums, and its table in the documents."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clickstream.cost import Hosts, Traffic, list_prices, make_bill
from clickstream.cost.manual import renewed
from clickstream.entrypoints.cli import app
from clickstream.errors import SettingsError

pytestmark = pytest.mark.unit

DOCUMENT = Path(__file__).parents[2] / "docs" / "cost.md"


def usage(**traffic: int) -> float:
    return make_bill(Traffic(**traffic), list_prices(), hosts=None).usage_usd


def part(component: str, **traffic: int) -> float:
    lines = make_bill(Traffic(**traffic), list_prices()).lines
    return next(line.usd for line in lines if line.component == component)


def test_the_sums_are_those_of_the_lines() -> None:
    bill = make_bill(Traffic(events=3_000_000, batch=7), list_prices())
    for kind, total in (("usage", bill.usage_usd), ("fixed", bill.fixed_usd)):
        assert total == pytest.approx(sum(line.usd for line in bill.lines if line.kind == kind))
    assert bill.total_usd == pytest.approx(bill.usage_usd + bill.fixed_usd)


@pytest.mark.parametrize(
    ("component", "usd"),
    [
        pytest.param("HTTP API requests", 1.25, id="api"),
        pytest.param("S3 PUT", 5.00, id="put"),
        pytest.param("S3 GET", 0.40, id="get"),
        pytest.param("Lambda requests", 0.2003, id="lambda"),
    ],
)
def test_a_million_single_events_cost_what_the_price_list_says(component: str, usd: float) -> None:
    assert part(component, events=1_000_000) == pytest.approx(usd, rel=0.01)


def test_batches_of_ten_cost_about_a_tenth() -> None:
    assert 8 < usage(events=10_000_000, batch=1) / usage(events=10_000_000, batch=10) < 11


def test_a_last_batch_that_is_not_full_is_a_request_too() -> None:
    assert Traffic(events=101, batch=10).posts == 11


def test_a_month_without_events_costs_its_hosts_and_its_schedule() -> None:
    bill = make_bill(Traffic(events=0, batch=10), list_prices())
    assert bill.fixed_usd > 40
    assert 0 < bill.usage_usd < 0.5


def test_hosts_cost_by_the_hour_and_the_option_by_its_endpoints() -> None:
    prices = list_prices()
    plain = make_bill(Traffic(events=0), prices, hosts=Hosts(oltp=None))
    dear = make_bill(Traffic(events=0), prices, hosts=Hosts(oltp=None, ssm_endpoints=True))
    assert dear.fixed_usd - plain.fixed_usd == pytest.approx(3 * 730 * 0.013)


def test_a_machine_without_a_price_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"t4g\.micro"):
        make_bill(Traffic(events=0), list_prices(), hosts=Hosts(warehouse="z9.huge"))


def test_the_table_in_the_documents_is_made_from_the_prices() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text == renewed(text), "run `make docs`"
    assert list_prices().date.isoformat() in text


def test_json_and_csv_have_a_row_for_each_component() -> None:
    arguments = ["cost", "--events", "10000000", "--batch", "10", "--format"]
    answer = json.loads(CliRunner().invoke(app, [*arguments, "json"]).stdout)
    assert answer["params"]["events"] == 10_000_000
    assert answer["params"]["prices_of"] == list_prices().date.isoformat()
    assert {"component", "kind", "quantity", "unit", "usd"} <= set(answer["rows"][0])
    assert answer["total_usd"] == pytest.approx(sum(row["usd"] for row in answer["rows"]), abs=0.01)
    rows = list(csv.DictReader(io.StringIO(CliRunner().invoke(app, [*arguments, "csv"]).stdout)))
    assert [row["component"] for row in rows] == [row["component"] for row in answer["rows"]]


def test_the_table_names_region_and_date() -> None:
    answer = CliRunner().invoke(app, ["cost"])
    assert answer.exit_code == 0
    assert "ap-southeast-1" in answer.stdout
    assert "a month" in answer.stdout
