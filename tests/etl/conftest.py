"""Makes the helpers of these tests importable, and leads to the fixtures beside the repository."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

FIXTURES = HERE.parents[2] / "shared" / "fixtures"


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of real and adversarial data; without it there is nothing to hold against."""
    if not FIXTURES.is_dir():
        pytest.skip(f"no fixtures in {FIXTURES}")
    return FIXTURES
