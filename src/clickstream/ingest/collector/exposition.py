"""The collector's counters in Prometheus's text format
(https://prometheus.io/docs/instrumenting/exposition_formats/).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from clickstream.ingest.collector.counters import REASONS, SECONDS, SIZES, STATUSES

PREFIX = "clickstream_collector_"


def exposition(totals: Counter[str]) -> str:
    """Every metric with its explanation; docs/collector.md lists them."""
    statuses = {f'{{status="{status}"}}': totals[f"status {status}"] for status in STATUSES}
    reasons = {f'{{reason="{reason}"}}': totals[f"reason {reason}"] for reason in REASONS}
    lines = [
        *_counter("requests_total", "Answers by HTTP status.", statuses),
        *_counter("events_total", "Events kept: durable in the lake.", totals["events"]),
        *_counter(
            "event_bytes_total",
            "Bytes of those events' lines, before compression.",
            totals["event_bytes"],
        ),
        *_counter("rejected_total", "Events and requests not taken, by reason.", reasons),
        *_counter("objects_total", "Objects written to the lake.", totals["objects"]),
        *_counter("object_bytes_total", "Bytes of those objects.", totals["object_bytes"]),
        *_counter(
            "failed_commits_total",
            "Objects that the lake did not take.",
            totals["failed_commits"],
        ),
        *_histogram(
            "commit_seconds",
            "Time from a group's start until it is durable.",
            _classes(totals, "seconds", SECONDS),
            total=totals["microseconds"] / 1_000_000,
        ),
        *_histogram(
            "group_events",
            "Events that shared one object and one sync.",
            _classes(totals, "size", SIZES),
            total=totals["events"],
        ),
        *_metric(
            "in_flight_requests",
            "Requests begun and not answered yet, as of a second ago.",
            {"": totals["in_flight"]},
            kind="gauge",
        ),
    ]
    return "\n".join(lines) + "\n"


def _classes(totals: Counter[str], name: str, bounds: Sequence[float]) -> Iterable[tuple[str, int]]:
    """Each class's upper bound, and how many lie at or below it."""
    running = 0
    for index, bound in enumerate((*map(str, bounds), "+Inf")):
        running += totals[f"{name} {index}"]
        yield bound, running


def _counter(name: str, explanation: str, values: int | dict[str, int]) -> Iterable[str]:
    return _metric(name, explanation, {"": values} if isinstance(values, int) else values)


def _metric(
    name: str, explanation: str, values: dict[str, int], *, kind: str = "counter"
) -> Iterable[str]:
    yield from _heading(name, explanation, kind)
    for labels, value in values.items():
        yield f"{PREFIX}{name}{labels} {value}"


def _histogram(
    name: str, explanation: str, classes: Iterable[tuple[str, int]], *, total: float
) -> Iterable[str]:
    yield from _heading(name, explanation, "histogram")
    count = 0  # of the last class, which holds all
    for bound, count in classes:
        yield f'{PREFIX}{name}_bucket{{le="{bound}"}} {count}'
    yield f"{PREFIX}{name}_sum {total}"
    yield f"{PREFIX}{name}_count {count}"


def _heading(name: str, explanation: str, kind: str) -> Iterable[str]:
    yield f"# HELP {PREFIX}{name} {explanation}"
    yield f"# TYPE {PREFIX}{name} {kind}"
