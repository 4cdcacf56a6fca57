"""The detector against the parts of the Numenta benchmark that lie beside the project, if any."""

from pathlib import Path

import pytest

from benchmarks.anomalies import best_threshold, judge, normalized
from clickstream.quality.detector import ALARM

NAB = Path(__file__).parents[3] / "shared" / "fixtures" / "nab"


@pytest.mark.slow
def test_it_is_better_than_the_published_detectors_with_one_setting_for_all() -> None:
    import json

    if not NAB.exists():
        pytest.skip(f"the benchmark's series are not in {NAB}")
    windows = json.loads((NAB / "labels" / "combined_windows.json").read_text())
    series = [
        judge(file, windows[f"{file.parent.name}/{file.name}"])
        for file in sorted((NAB / "data").glob("*/*.csv"))
    ]
    assert normalized(series, best_threshold(series)) >= 71.6
    assert normalized(series, ALARM) >= 70
