"""The detector against the parts of the Numenta benchmark that lie beside the project, if any."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAB = ROOT.parent / "shared" / "fixtures" / "nab"


@pytest.mark.slow
def test_it_is_better_than_the_published_detectors_with_one_setting_for_all() -> None:
    if not NAB.exists():
        pytest.skip(f"the benchmark's series are not in {NAB}")
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.anomalies", str(NAB)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures = [float(figure) for figure in re.findall(r": +(\d+\.\d)$", ran.stdout, re.MULTILINE)]
    best, by_its_own_alarm, *_ = figures
    assert best >= 71.6
    assert by_its_own_alarm >= 70
