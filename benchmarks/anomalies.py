"""How well anomalies are found: the Numenta benchmark's standard profile, and what a reading costs.

`python -m benchmarks.anomalies FOLDER`, where FOLDER is a copy of the benchmark's repository or of
parts of it: `data/<part>/<series>.csv` and `labels/combined_windows.json`.

One setting and one threshold for all series. The benchmark picks the threshold that serves best;
beside that figure stand those for the threshold that the detector itself calls an alarm, and for
thresholds that were picked without the part, or the series, that they are tried on.
"""

import argparse
import json
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clickstream.quality.detector import ALARM, detect
from clickstream.quality.reading import read_series

FALSE_ALARM = 0.11
PROBATION, LONGEST_PROBATION = 0.15, 750
EARLIEST = 2 / (1 + math.exp(-5)) - 1


@dataclass(frozen=True)
class Reading:
    """What one reading counts: its score, its weight if called an anomaly, and its window."""

    score: float
    weight: float
    window: int | None


@dataclass(frozen=True)
class Judged:
    """One series: its part of the benchmark, its windows and its readings after probation."""

    part: str
    windows: int
    readings: Sequence[Reading]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    folder = options.parse_args().folder
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text())
    files = sorted((folder / "data").glob("*/*.csv"))
    before = time.process_time()
    series = [judge(file, windows[f"{file.parent.name}/{file.name}"]) for file in files]
    seconds = time.process_time() - before
    show(series)
    readings = sum(len(one.readings) for one in series)
    print(f"{1e6 * seconds / readings:.0f} µs of CPU a reading, files read included")


def show(series: Sequence[Judged]) -> None:
    """Print the figures, of all and part by part."""
    parts = sorted({one.part for one in series})
    print(f"{len(series)} series: {normalized(series, best_threshold(series)):.1f}")
    print(f"  with the alarm's own threshold: {normalized(series, ALARM):.1f}")
    print(f"  leaving one part out:   {left_out(series, [one.part for one in series]):.1f}")
    print(f"  leaving one series out: {left_out(series, range(len(series))):.1f}")
    for part in parts:
        own = [one for one in series if one.part == part]
        rest = [one for one in series if one.part != part]
        found = f"{gain(own, best_threshold(rest)):+.1f} of {sum(one.windows for one in own)}"
        print(f"  {part:24} {found}, by the threshold of the rest")


def judge(file: Path, spans: Sequence[tuple[str, str]]) -> Judged:
    """The series of a file as our detector judges it."""
    with file.open(encoding="utf-8", newline="") as lines:
        series = read_series(lines, name=file.name)
    places = [tuple(series.times.index(end[:19]) for end in (first, last)) for first, last in spans]
    weights = weigh(len(series.times), places)
    scores = detect(series.seconds, series.values).score.tolist()
    probation = min(int(PROBATION * len(scores)), LONGEST_PROBATION)
    readings = [Reading(score, *weight) for score, weight in zip(scores, weights, strict=True)]
    return Judged(file.parent.name, len(places), readings[probation:])


def weigh(count: int, windows: Sequence[tuple[int, ...]]) -> list[tuple[float, int | None]]:
    """What each reading counts if it is called an anomaly, and the window in which it lies."""
    weights: list[tuple[float, int | None]] = []
    for place in range(count):
        inside = [number for number, (a, b) in enumerate(windows) if a <= place <= b]
        before = [(a, b) for a, b in windows if b < place]
        if inside:
            a, b = windows[inside[0]]
            weights.append((decay(-(b - place + 1) / (b - a + 1)) / EARLIEST, inside[0]))
        elif before:
            a, b = before[-1]
            weights.append((FALSE_ALARM * decay((place - b) / (b - a)), None))
        else:
            weights.append((-FALSE_ALARM, None))
    return weights


def decay(distance: float) -> float:
    return -1.0 if distance > 3 else 2 / (1 + math.exp(5 * distance)) - 1


def gain(series: Iterable[Judged], threshold: float) -> float:
    """The benchmark's raw score: 1 for a window found at once, -1 for one missed."""
    total = 0.0
    for one in series:
        best = dict.fromkeys(range(one.windows), -1.0)
        for reading in one.readings:
            if reading.score < threshold:
                continue
            if reading.window is None:
                total += reading.weight
            else:
                best[reading.window] = max(best[reading.window], reading.weight)
        total += sum(best.values())
    return total


def normalized(series: Sequence[Judged], threshold: float) -> float:
    """The raw score on the scale from 0, nothing called, to 100, all found without an error."""
    windows = sum(one.windows for one in series)
    return 100 * (gain(series, threshold) + windows) / (2 * windows)


def best_threshold(series: Sequence[Judged]) -> float:
    """The threshold that gives most; ties go to the highest."""
    calls = sorted(
        (
            (
                reading.score,
                reading.weight,
                None if reading.window is None else (number, reading.window),
            )
            for number, one in enumerate(series)
            for reading in one.readings
            if reading.score > 0
        ),
        key=lambda call: -call[0],
    )
    raw = most = 0.0
    best, found = 1.0, dict[tuple[int, int], float]()
    for place, (score, weight, window) in enumerate(calls):
        if window is None:
            raw += weight
        elif weight > found.get(window, -1.0):
            raw += weight - found.get(window, -1.0)
            found[window] = weight
        is_last_of_equals = place + 1 == len(calls) or calls[place + 1][0] < score
        if is_last_of_equals and raw > most:
            most, best = raw, score
    return best


def left_out(series: Sequence[Judged], groups: Sequence[object]) -> float:
    """The normalized score when each group is judged by the threshold that is best for the rest."""
    total = 0.0
    for group in sorted(set(groups), key=str):
        own = [one for one, of in zip(series, groups, strict=True) if of == group]
        rest = [one for one, of in zip(series, groups, strict=True) if of != group]
        total += gain(own, best_threshold(rest))
    windows = sum(one.windows for one in series)
    return 100 * (total + windows) / (2 * windows)


if __name__ == "__main__":
    main()
