"""The docs say what the definitions say."""

from pathlib import Path

import pytest

from clickstream.analytics.manual import PARTS, renewed
from clickstream.contract.metrics import METRICS, read_metrics
from clickstream.errors import ContractError

pytestmark = pytest.mark.unit
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", list(PARTS))
def test_the_made_parts_are_up_to_date(name: str) -> None:
    text = (DOCS / name).read_text("utf-8")

    assert renewed(text, PARTS[name]) == text, "run `make docs`"
    assert all(f"<!-- end of {part} -->" in text for part in PARTS[name])


def test_every_metric_is_told_in_a_sentence() -> None:
    for metric in METRICS.values():
        assert metric.definition.endswith(".")
        assert len(metric.definition) > 20


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[a]\ntitle = "A"\nunit = "metres"\nbetter = "up"\ndefinition = "."',
            "metres",
            id="unit",
        ),
        pytest.param(
            '[a]\ntitle = "A"\nunit = "rate"\nbetter = "up"\nratio = ["b", "a"]\ndefinition = "."',
            "ratio of 'b'",
            id="ratio",
        ),
    ],
)
def test_a_wrong_definition_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        read_metrics(text)
