"""What docs/collector.md and docs/security.md say of the collector and its tests is so."""

import re
from collections import Counter
from pathlib import Path

import pytest

from clickstream.ingest.collector.counters import STATUSES
from clickstream.ingest.collector.exposition import exposition

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]


def test_every_metric_is_in_the_manual_and_no_other() -> None:
    manual = (ROOT / "docs/collector.md").read_text()
    told = re.findall(r"^\| `(clickstream_\w+)[`{]", manual, re.MULTILINE)
    kinds = re.findall(r"^# TYPE (\w+) (\w+)$", exposition(Counter()), re.MULTILINE)
    assert sorted(told) == sorted(name for name, _ in kinds)
    for name, kind in kinds:
        assert re.search(rf"^\| `{name}\W.*\| {kind} \|", manual, re.MULTILINE), name


def test_every_refusal_is_in_the_manual() -> None:
    manual = (ROOT / "docs/collector.md").read_text()
    rows = re.findall(r"^\| ([\d, ]+) \|", manual, re.MULTILINE)
    told = {int(status) for row in rows for status in row.split(",")}
    assert told == {status for status in STATUSES if status >= 400}


def test_every_test_that_the_threat_model_names_exists() -> None:
    model = (ROOT / "docs/security.md").read_text()
    named = re.findall(r"`((?:tests|scripts)/[\w/.]+)(?:::(\w+))?`", model)
    assert len(named) > 40
    for path, test in named:
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(), test
