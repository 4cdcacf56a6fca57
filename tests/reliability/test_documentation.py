"""docs/reliability.md names tests and settings that there are."""

import re
from pathlib import Path

import pytest

from clickstream.warehouse.options import DEFAULTS

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists():
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", TEXT))
    assert len(named) > 8
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_settings_are_those_of_the_embedded_server():
    rows = re.findall(r"^\| `(\w+)` \| ([\w.]+) \|", TEXT, re.MULTILINE)
    assert len(rows) > 10
    assert {name: value for name, value in rows if DEFAULTS.get(name) != value} == {}
